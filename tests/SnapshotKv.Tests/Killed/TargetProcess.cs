using System.Diagnostics;
using System.Text;
using SnapshotKv.KillTarget;

namespace SnapshotKv.Tests.Killed;

/// <summary>A process that writes into a store, until it is killed.</summary>
internal sealed class TargetProcess : IDisposable
{
    /// <summary>How long it may take before it is said to hang. No assertion depends on it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly int[] _next;

    private TargetProcess(Process process, IEnumerable<int> first)
    {
        _process = process;
        _next = [.. first];
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(line.Data);
            }
        };
    }

    /// <summary>How many steps it has acknowledged.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>The first step of each writer that it has not acknowledged.</summary>
    public IReadOnlyList<int> Next => _next;

    /// <param name="directory">The store's.</param>
    /// <param name="seed">Of what is written.</param>
    /// <param name="first">The step that each writer begins with.</param>
    public static TargetProcess Start(string directory, int seed, IReadOnlyCollection<int> first)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Join(AppContext.BaseDirectory, "SnapshotKv.KillTarget.dll"));
        start.ArgumentList.Add(directory);
        start.ArgumentList.Add($"{seed}");
        foreach (var step in first)
        {
            start.ArgumentList.Add($"{step}");
        }

        var target = new TargetProcess(new Process { StartInfo = start }, first);
        target._process.Start();
        target._process.BeginErrorReadLine();
        return target;
    }

    /// <summary>Kills it once it has acknowledged so many steps, and takes in all that it had acknowledged until it was dead.</summary>
    /// <param name="acknowledgements">How many; 0 kills it while it opens the store.</param>
    public void KillAfter(int acknowledgements)
    {
        using var watchdog = TimeProvider.System.CreateTimer(_ => _process.Kill(), state: null, Patience, Timeout.InfiniteTimeSpan);
        var isKilled = false;
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            if (Acknowledgements.TryParse(line, out var writer, out var step))
            {
                step.ShouldBe(_next[writer], $"of writer {writer}");
                _next[writer]++;
                Acknowledged++;
            }

            if (!isKilled && Acknowledged >= acknowledgements)
            {
                // SIGKILL, where there is such a thing.
                isKilled = true;
                _process.Kill();
            }
        }

        _process.WaitForExit();
        isKilled.ShouldBeTrue($"The target ended with {_process.ExitCode} after {Acknowledged} of {acknowledgements} acknowledgements, or was too slow. {_errors}");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
