using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.DependencyInjection;
using SnapshotKv.Extensions.AspNetCore.Diagnostics;
using SnapshotKv.Extensions.AspNetCore.Tests.Support;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.AspNetCore.Tests.Session;

/// <summary>What the stock session store does with our distributed cache, rule by rule.</summary>
public sealed class StockStoreContractTests : IDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(20);

    private readonly ManualTimeProvider _clock = new();
    private readonly StoreHooks _hooks = new();
    private readonly KvStore _store;
    private readonly ServiceProvider _services;
    private readonly TemporaryDirectory _directory = new();
    private readonly CapturingLogger _log = new();

    public StockStoreContractTests()
    {
        _store = KvStore.Open(new SnapshotKvOptions { TimeProvider = _clock });
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(_clock);
        services.AddSnapshotKv();
        services.AddSession();
        services.AddSingleton<IKvStore>(new HookedKvStore(_store, _hooks));
        _services = services.BuildServiceProvider();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _services.Dispose();
        _store.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Rule3_3_01_FirstAccess_ReadsSynchronouslyUnlessItWasLoaded()
    {
        Open().Keys.ShouldBeEmpty();
        _hooks.Calls.ShouldBe(["TryGetBytes"]);
        _hooks.Calls.Clear();

        var session = Open();
        await session.LoadAsync(Token);
        session.SetString("k", "v");
        await session.CommitAsync(Token);
        await Open().CommitAsync(Token);

        _hooks.Calls.ShouldNotContain("TryGetBytes");
        _hooks.Calls.Distinct().ShouldBe(["GetBytesAsync", "SetBytesAsync", "RefreshAsync"]);
    }

    [Fact]
    public async Task Rule3_3_02_Commit_WritesOneValueThatOnlySlides_AndTheLastOneWins()
    {
        var first = Open();
        var second = Open();
        first.SetString("a", "1");
        second.SetString("b", "2");
        await first.CommitAsync(Token);
        await second.CommitAsync(Token);

        var entry = _store.GetKeys().ShouldHaveSingleItem();
        _store.TryGetInfo(entry, out var info).ShouldBeTrue();
        info.SlidingExpiration.ShouldBe(Idle);
        info.ExpiresAt.ShouldBe(_clock.GetUtcNow() + Idle);
        Sessions.Show(Open()).ShouldBe("b=2");
    }

    [Fact]
    public async Task Rule3_3_03_UnchangedSession_IsRefreshed_AndAClearedOneIsStoredEmpty()
    {
        await SetAsync("k", "v");
        var entry = _store.GetKeys().Single();
        var version = Version(entry);
        _clock.Advance(Idle / 2);
        await Open().CommitAsync(Token);
        _store.GetTimeToLive(entry).Remaining.ShouldBe(Idle);
        Version(entry).ShouldBe(version);

        var cleared = Open();
        cleared.Clear();
        await cleared.CommitAsync(Token);

        Version(entry).ShouldBeGreaterThan(version);
        Open().Keys.ShouldBeEmpty();
        _hooks.Calls.ShouldNotContain("Remove");
        _hooks.Calls.ShouldNotContain("RemoveAsync");
    }

    [Fact]
    public async Task Rule3_3_04_AHungStore_HangsNobodyWhoseTokenIsCancelled()
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _hooks.OnAsyncCall = (_, token) =>
        {
            reached.TrySetResult();
            return HangAsync(token);
        };
        using var callers = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var loading = Open().LoadAsync(callers.Token);
        await reached.Task.WaitAsync(Token);
        loading.IsCompleted.ShouldBeFalse();
        await callers.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => loading);
    }

    [Fact]
    public async Task Rule3_3_04_AHungStore_IsGivenUpAfterTheStockStoresIoTimeout()
    {
        // The stock store counts by the real clock, so the shortest timeout there is.
        var shortest = TimeSpan.FromMilliseconds(1);
        var changed = Open(shortest);
        changed.SetString("k", "v");
        _hooks.OnAsyncCall = static (_, token) => HangAsync(token);

        await Should.ThrowAsync<OperationCanceledException>(() => Open(shortest).LoadAsync(Token));
        await Should.ThrowAsync<OperationCanceledException>(() => Open(shortest).CommitAsync(Token));
        await Should.ThrowAsync<OperationCanceledException>(() => changed.CommitAsync(Token));
    }

    [Fact]
    public async Task Rule3_3_05_UnreadableBytes_AreAnEmptySession_AndAFailedLoadAnUnavailableOne()
    {
        await SetAsync("k", "v");
        var entry = _store.GetKeys().Single();
        _store.SetBytes(entry, (byte[])[1, 2, 3]);
        Open().IsAvailable.ShouldBeTrue();
        Open().Keys.ShouldBeEmpty();

        _hooks.OnCall = static _ => throw new IOException("disk");
        var session = Open();
        session.IsAvailable.ShouldBeFalse();
        session.Keys.ShouldBeEmpty();
        await Should.ThrowAsync<IOException>(() => Open().LoadAsync(Token));
    }

    [Theory]
    [InlineData(true, "SetBytesAsync")]
    [InlineData(false, "TryCommitAsync")]
    public async Task Rule3_3_06_Commit_ComesAfterTheResponseAndOutlivesTheRequest(bool stock, string commit)
    {
        var inside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var committed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var hooks = new StoreHooks { OnCall = operation => _ = operation == commit && committed.TrySetResult() };
        await using var host = await StartAsync(stock, hooks, application => application.MapGet("/aborted", async (HttpContext context) =>
        {
            context.Session.SetString("k", "v");
            inside.SetResult();
            var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using var registration = context.RequestAborted.Register(aborted.SetResult);
            await aborted.Task;
        }));
        using var client = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var request = host.Client.GetAsync(new Uri("/aborted", UriKind.Relative), client.Token);
        await inside.Task.WaitAsync(Token);
        await client.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => request);
        await committed.Task.WaitAsync(Token);
    }

    [Theory]
    [InlineData(true, "SetBytesAsync")]
    [InlineData(false, "TryCommitAsync")]
    public async Task Rule3_3_06_FailedCommit_DoesNotFailTheResponse(bool stock, string commit)
    {
        var hooks = new StoreHooks { OnCall = operation => Fail(operation == commit) };
        await using var host = await StartAsync(stock, hooks);

        (await host.SendAsync("/set/k/v")).Text.ShouldBe("set");

        hooks.Calls.ShouldContain(commit);
        _log.Count(SnapshotKvSessionEventIds.CommitFailed).ShouldBe(stock ? 0 : 1, "the stock store leaves it to the middleware");
    }

    [Fact]
    public async Task UserName_OfAnotherKindOfSession_IsAKeyLikeAnyOther()
    {
        var session = Open();
        session.SetUserName("ada");
        await session.CommitAsync(Token);

        Open().GetUserName().ShouldBe("ada");
    }

    private static Task HangAsync(CancellationToken token)
    {
        token.CanBeCanceled.ShouldBeTrue("the cache passes its token on");
        return new TaskCompletionSource().Task.WaitAsync(token);
    }

    private static void Fail(bool now)
    {
        if (now)
        {
            throw new IOException("disk");
        }
    }

    private Task<SessionHost> StartAsync(bool stock, StoreHooks hooks, Action<WebApplication>? map = null) => SessionHost.StartAsync(
        _directory.Path,
        stock,
        log: _log,
        services: services => services.AddSingleton<IKvStore>(new HookedKvStore(_store, hooks)),
        map: map);

    private ISession Open(TimeSpan? ioTimeout = null) =>
        _services.GetRequiredService<ISessionStore>().Create(Sessions.Cookie, Idle, ioTimeout ?? TimeSpan.FromMinutes(1), static () => true, isNewSessionKey: false);

    private async Task SetAsync(string key, string value)
    {
        var session = Open();
        session.SetString(key, value);
        await session.CommitAsync(Token);
    }

    private long Version(string entry) => _store.TryGetInfo(entry, out var info) ? info.Version : 0;
}
