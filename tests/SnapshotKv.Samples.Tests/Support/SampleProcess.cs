using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using SnapshotKv.Tests;

namespace SnapshotKv.Samples.Tests.Support;

/// <summary>A sample that runs as a process of its own, as its users run it: what it prints is kept, and it can be told to end.</summary>
/// <remarks>Thread-safe. Disposing kills it when it still runs, so that no test leaves a process behind.</remarks>
internal sealed partial class SampleProcess : IAsyncDisposable
{
    /// <summary>How long a step may take before the test is said to hang. No assertion depends on it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const int SigTerm = 15;

    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(Regex Pattern, TaskCompletionSource<Match> Found)> _awaited = [];
    private readonly Process _process;

    private SampleProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        process.Exited += (_, _) => Abandon();
    }

    /// <summary>Everything it has printed, to both streams.</summary>
    public string Output
    {
        get
        {
            lock (_gate)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    /// <summary>Starts what <c>dotnet build</c> has made of a sample.</summary>
    /// <param name="sample">The directory of its project, from the top of the repository.</param>
    /// <param name="workingDirectory">Where it runs.</param>
    /// <param name="arguments">Its command line.</param>
    public static SampleProcess Start(string sample, string workingDirectory, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(DotNetHost)
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.ArgumentList.Add(Path.Combine(DirectoryOf(sample), Path.GetFileName(sample) + ".dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment.Remove("ASPNETCORE_URLS");
        var started = new SampleProcess(new Process { StartInfo = start, EnableRaisingEvents = true });
        started._process.Start();
        started._process.BeginOutputReadLine();
        started._process.BeginErrorReadLine();
        return started;
    }

    /// <summary>Where a sample was built: in the same configuration as its tests.</summary>
    public static string DirectoryOf(string sample) =>
        Path.Combine(Repository.PathOf(sample), Path.GetRelativePath(Repository.PathOf("tests/SnapshotKv.Samples.Tests"), AppContext.BaseDirectory));

    /// <summary>The first line that matches, whether it is there already or still comes.</summary>
    /// <exception cref="InvalidOperationException">The process has ended without such a line.</exception>
    public Task<Match> WaitForLineAsync([StringSyntax("regex")] string pattern)
    {
        var regex = new Regex(pattern, RegexOptions.CultureInvariant, Patience);
        var found = new TaskCompletionSource<Match>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            foreach (var line in _lines)
            {
                if (regex.Match(line) is { Success: true } match)
                {
                    return Task.FromResult(match);
                }
            }

            _awaited.Add((regex, found));
        }

        if (_process.HasExited)
        {
            Abandon();
        }

        return WithinPatienceAsync(found.Task, $"a line like '{pattern}'");
    }

    /// <summary>Types a line at its console.</summary>
    public Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>Asks it to end as an orchestrator does, and gives its exit code.</summary>
    public Task<int> TerminateAsync()
    {
        Kill(_process.Id, SigTerm).ShouldBe(0);
        return WaitForExitAsync();
    }

    /// <summary>Waits until it ends by itself, and gives its exit code.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await WithinPatienceAsync(WaitAsync(), "its end");

        // What it printed last may still be on its way.
        await Task.Run(_process.WaitForExit, TestContext.Current.CancellationToken);
        return _process.ExitCode;

        async Task<bool> WaitAsync()
        {
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    /// <summary>The host that runs these tests also runs the samples.</summary>
    private static string DotNetHost => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);

    private async Task<T> WithinPatienceAsync<T>(Task<T> awaited, string what)
    {
        try
        {
            return await awaited.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new InvalidOperationException($"The sample did not come to {what}. It printed:\n{Output}", exception);
        }
    }

    private void Add(string? line)
    {
        // Null ends the stream.
        if (line is null)
        {
            return;
        }

        lock (_gate)
        {
            _lines.Add(line);
            for (var i = _awaited.Count - 1; i >= 0; i--)
            {
                if (_awaited[i].Pattern.Match(line) is { Success: true } match)
                {
                    _awaited[i].Found.SetResult(match);
                    _awaited.RemoveAt(i);
                }
            }
        }
    }

    private void Abandon()
    {
        // The streams are read to their ends first, or the line that is waited for could be the last one.
        _process.WaitForExit();
        lock (_gate)
        {
            foreach (var (pattern, found) in _awaited)
            {
                found.SetException(new InvalidOperationException($"The sample ended with {_process.ExitCode} before a line like '{pattern}'. It printed:\n{string.Join('\n', _lines)}"));
            }

            _awaited.Clear();
        }
    }
}
