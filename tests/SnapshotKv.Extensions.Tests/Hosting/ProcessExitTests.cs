using System.Diagnostics;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using SnapshotKv.Extensions.Tests.Support;

namespace SnapshotKv.Extensions.Tests.Hosting;

/// <summary>A process that ends without having disposed anything; this program itself, once more.</summary>
public sealed class ProcessExitTests : IDisposable
{
    private const string DirectoryVariable = "SNAPSHOTKV_TEST_DIRECTORY";

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Rule3_9_06_ProcessThatEndsWithoutDisposal_StillSaves()
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            ArgumentList = { typeof(ProcessExitTests).Assembly.Location, "-explicit", "only", "-method", $"{typeof(ProcessExitTests).FullName}.{nameof(Child_WritesAndDisposesNothing)}" },
            Environment = { [DirectoryVariable] = _directory.Path },
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var child = Process.Start(start)!;
        var output = await child.StandardOutput.ReadToEndAsync(Token);
        await child.WaitForExitAsync(Token);

        child.ExitCode.ShouldBe(0, output);
        TestHost.ReadBack(_directory.Path, "cache:k").ShouldBe([1]);
    }

    /// <summary>What the other process does.</summary>
    [Fact(Explicit = true)]
    public void Child_WritesAndDisposesNothing()
    {
        var path = Environment.GetEnvironmentVariable(DirectoryVariable).ShouldNotBeNull();
        var provider = new ServiceCollection()
            .AddSnapshotKv(options => (options.Path, options.SaveDebounce) = (path, Timeout.InfiniteTimeSpan))
            .Services.BuildServiceProvider();
        provider.GetRequiredService<IDistributedCache>().Set("k", [1], new DistributedCacheEntryOptions());
        Directory.Exists(Path.Combine(path, "snapshots")).ShouldBeFalse("nothing is saved yet");
    }
}
