using SnapshotKv.Tests;

namespace SnapshotKv.Samples.Tests.Support;

/// <summary>A directory of data for the time machine, and its terminals.</summary>
internal sealed class TimeMachineHome : IDisposable
{
    private const string Sample = "samples/TimeMachine";

    private readonly TemporaryDirectory _directory = new();

    public string Data => Path.Combine(_directory.Path, "data");

    public SampleProcess Start(params string[] words) => SampleProcess.Start(Sample, Repository.PathOf(Sample), [.. words, "--data", Data]);

    /// <summary>Runs one to its end, and gives what it printed.</summary>
    public async Task<string> RunAsync(int exitCode, params string[] words)
    {
        await using var process = Start(words);
        (await process.WaitForExitAsync()).ShouldBe(exitCode, process.Output);
        return process.Output;
    }

    public void Dispose() => _directory.Dispose();
}
