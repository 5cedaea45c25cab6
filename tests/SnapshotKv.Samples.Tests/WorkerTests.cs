using SnapshotKv.Samples.Tests.Support;
using SnapshotKv.Tests;

namespace SnapshotKv.Samples.Tests;

/// <summary>The sample without a web.</summary>
public sealed class WorkerTests
{
    [Fact]
    public async Task Worker_WhoseSettingsChange_FollowsThemAndKeepsThemAndItsCacheOverARestart()
    {
        using var home = new TemporaryDirectory();
        var files = Directory.CreateDirectory(Path.Combine(home.Path, "files")).FullName;
        await File.WriteAllTextAsync(Path.Combine(files, "one.cs"), "1", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(files, "two.cs"), "2", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(files, "three.md"), "3", TestContext.Current.CancellationToken);

        await using (var worker = Start(home, files))
        {
            var digest = (await worker.WaitForLineAsync(@"\*\.cs: 2 read, 0 known, together (?<digest>\w+)")).Groups["digest"].Value;
            await worker.WriteLineAsync("Pattern *.md");
            await worker.WaitForLineAsync(@"\*\.md: 1 read, 0 known");
            await worker.WriteLineAsync("undo");
            await worker.WaitForLineAsync($@"\*\.cs: 0 read, 2 known, together {digest}");
            await worker.WriteLineAsync("Pattern *");
            await worker.WaitForLineAsync(@"\*: 0 read, 3 known");
            (await worker.TerminateAsync()).ShouldBe(0, worker.Output);
        }

        await using (var worker = Start(home, files))
        {
            await worker.WaitForLineAsync(@"\*: 0 read, 3 known");
            (await worker.TerminateAsync()).ShouldBe(0, worker.Output);
        }
    }

    // In its project's directory, as dotnet run starts it, and where its settings file is found. Rounds come from changes only: the interval is longer than any test.
    private static SampleProcess Start(TemporaryDirectory home, string files) => SampleProcess.Start("samples/Worker", Repository.PathOf("samples/Worker"),
        "--SnapshotKv:Path", Path.Combine(home.Path, "store"),
        "--Worker:Directory", files,
        "--Worker:Interval", "1.00:00:00");
}
