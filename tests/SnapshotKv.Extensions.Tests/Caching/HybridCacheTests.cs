using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Caching;

/// <summary>The framework's hybrid cache over ours: the one consumer of the buffers.</summary>
public sealed class HybridCacheTests : IDisposable
{
    private static readonly string[] Tags = ["news"];

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTimeProvider _clock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Rule3_2_05_HybridCache_FindsItsEntriesAndItsTagsAgainAfterARestart()
    {
        await UseAsync("k", async hybrid => await hybrid.SetAsync("k", "first", tags: Tags, cancellationToken: Token));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await UseAsync("__MSFT_HCT__news", async hybrid =>
        {
            (await GetAsync(hybrid, "not asked for")).ShouldBe("first");
            await hybrid.RemoveByTagAsync("news", Token);
        });
        _clock.Advance(TimeSpan.FromSeconds(1));

        await UseAsync("k", async hybrid => (await GetAsync(hybrid, "second")).ShouldBe("second", "the end of the tag was kept"));
    }

    private static ValueTask<string> GetAsync(HybridCache hybrid, string otherwise) =>
        hybrid.GetOrCreateAsync("k", _ => ValueTask.FromResult(otherwise), tags: Tags, cancellationToken: Token);

    /// <summary>Opens all anew, does something, and waits until it has reached the store under a key.</summary>
    private async Task UseAsync(string key, Func<HybridCache, Task> use)
    {
        var services = new ServiceCollection().AddSingleton<TimeProvider>(_clock).AddSnapshotKv(options => options.Path = _directory.Path).Services;
        services.AddHybridCache();
        await using var provider = services.BuildServiceProvider();
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = provider.GetRequiredService<IKvStore>().Watch("cache:" + key).RegisterChangeCallback(_ => written.TrySetResult(), null);

        await use(provider.GetRequiredService<HybridCache>());

        // It writes behind the back of who asked.
        await written.Task.WaitAsync(Token);
    }
}
