using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SnapshotKv.Extensions.AspNetCore.Diagnostics;
using SnapshotKv.Extensions.AspNetCore.Tests.Support;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.AspNetCore.Tests.Session;

/// <summary>Sessions in a real web application, by the stock middleware.</summary>
public sealed class SessionHostTests : IDisposable
{
    private const int Requests = 32;

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly CapturingLogger _log = new();

    private static string AllKeys => string.Join(' ', Enumerable.Range(0, Requests).Select(i => string.Create(CultureInfo.InvariantCulture, $"k{i:00}={i}")));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Session_OverARestart_IsKept(bool stock)
    {
        string cookie;
        await using (var host = await StartAsync(stock))
        {
            (var visits, cookie) = await host.SendAsync("/visit");
            visits.ShouldBe("1");
            (await host.GetAsync("/visit", cookie)).ShouldBe("2");
        }

        await using var again = await StartAsync(stock);
        (await again.GetAsync("/visit", cookie)).ShouldBe("3");
    }

    [Fact]
    public async Task Session_WhoseKeyRingWasLost_IsOpenedByNobody()
    {
        string cookie;
        await using (var host = await StartAsync())
        {
            (_, cookie) = await host.SendAsync("/visit");
        }

        await using var again = await SessionHost.StartAsync(_directory.Path, clock: _clock, log: _log, keys: "other-keys");
        (await again.GetAsync("/visit", cookie)).ShouldBe("1");
        (await again.Directory.CountAsync(Token)).ShouldBe(2);
    }

    [Fact]
    public async Task ConcurrentRequests_OnDifferentKeys_LoseNothing()
    {
        var shown = await SetConcurrentlyAsync(stock: false);

        shown.ShouldBe(AllKeys + " start=0");
        _log.Count(SnapshotKvSessionEventIds.Started).ShouldBe(1);
    }

    [Fact]
    public async Task ConcurrentRequests_OverTheStockStore_LoseAllButOne()
    {
        var shown = await SetConcurrentlyAsync(stock: true);

        shown.ShouldMatch(@"^k\d\d=\d+ start=0$");
    }

    [Fact]
    public async Task FirstRequests_AtTheSameTime_MakeOneSession()
    {
        string cookie;
        await using (var before = await StartAsync())
        {
            (_, cookie) = await before.SendAsync("/visit");
            await before.Directory.RevokeAllAsync(Token);
        }

        // The cookie is good, and there is nothing behind it.
        (await SetConcurrentlyAsync(stock: false, cookie)).ShouldBe(AllKeys);

        _log.Count(SnapshotKvSessionEventIds.Started).ShouldBe(2);
    }

    [Fact]
    public async Task IdleTimeout_IsMovedByRequests_AndRewritesNothing()
    {
        await using var host = await StartAsync();
        var (_, cookie) = await host.SendAsync("/set/k/v");
        var entries = host.Services.GetRequiredService<IKvStore>().GetPartition("session:");
        var entry = entries.GetKeys().Single();
        entries.TryGetInfo(entry, out var written).ShouldBeTrue();

        foreach (var path in (string[])["/show", "/nothing", "/show", "/set/k/v"])
        {
            _clock.Advance(TimeSpan.FromMinutes(19));
            await host.GetAsync(path, cookie);
            entries.GetTimeToLive(entry).Remaining.ShouldBe(TimeSpan.FromMinutes(20));
        }

        entries.TryGetInfo(entry, out var read).ShouldBeTrue();
        read.Version.ShouldBe(written.Version);
        (await host.GetAsync("/show", cookie)).ShouldBe("k=v");
        _clock.Advance(TimeSpan.FromMinutes(20));
        (await host.GetAsync("/show", cookie)).ShouldBe("");
        _log.Count(SnapshotKvSessionEventIds.Missing).ShouldBe(1);
    }

    [Fact]
    public async Task Revocation_DuringARequest_IsNotUndoneByIt()
    {
        var loaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var revoked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await StartAsync(map: application => application.MapGet("/slow", async (HttpContext context) =>
        {
            await context.Session.LoadAsync(Token);
            loaded.SetResult();
            await revoked.Task;
            context.Session.SetString("cart", "late");
            return context.Session.GetUserName();
        }));
        var (_, cookie) = await host.SendAsync("/sign-in/ada");

        var slow = host.GetAsync("/slow", cookie);
        await loaded.Task.WaitAsync(Token);
        (await host.Directory.RevokeUserAsync("ada", Token)).ShouldBe(1);
        revoked.SetResult();

        (await slow).ShouldBe("ada", "the request goes on with what it has");
        (await host.Directory.CountAsync(Token)).ShouldBe(0);
        (await host.GetAsync("/show", cookie)).ShouldBe("");
        _log.Count(SnapshotKvSessionEventIds.Ended).ShouldBe(1);
        _log.Count(SnapshotKvSessionEventIds.Revoked).ShouldBe(1);
    }

    [Fact]
    public async Task SetAfterTheResponseStarted_Throws()
    {
        var thrown = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = await StartAsync(map: application => application.MapGet("/late", async (HttpContext context) =>
        {
            await context.Response.WriteAsync("started", Token);
            await context.Response.Body.FlushAsync(Token);
            thrown.SetResult(Record.Exception(() => context.Session.SetString("k", "v")));
        }));

        (await host.SendAsync("/late")).Text.ShouldBe("started");

        (await thrown.Task).ShouldBeOfType<InvalidOperationException>();
        (await host.Directory.CountAsync(Token)).ShouldBe(0);
    }

    [Fact]
    public async Task TwoHosts_OverOneStore_MergeAndRevokeForEachOther()
    {
        using var store = KvStore.Open(new SnapshotKvOptions { TimeProvider = _clock });
        void Share(IServiceCollection services) => services.AddSingleton<IKvStore>(store.GetPartition(""));
        var bothLoaded = new Meeting(2);
        void Map(WebApplication application) => MapMeeting(application, bothLoaded);
        await using var one = await SessionHost.StartAsync(Path.Combine(_directory.Path), clock: _clock, log: _log, services: Share, map: Map);
        var otherRoot = Directory.CreateDirectory(Path.Combine(_directory.Path, "other")).FullName;
        await using var two = await SessionHost.StartAsync(otherRoot, clock: _clock, services: Share, map: Map, keys: "../keys");
        var (_, cookie) = await one.SendAsync("/sign-in/ada");

        await Task.WhenAll(one.GetAsync("/meet/a/1", cookie), two.GetAsync("/meet/b/2", cookie));

        (await two.GetAsync("/show", cookie)).ShouldBe("a=1 b=2 snapshotkv:user=ada");
        (await two.Directory.RevokeUserAsync("ada", Token)).ShouldBe(1);
        (await one.GetAsync("/show", cookie)).ShouldBe("");
    }

    /// <summary>Every request loads the session before any of them commits, each then sets a key of its own; gives what is left in the end.</summary>
    private async Task<string> SetConcurrentlyAsync(bool stock, string? cookie = null)
    {
        var meeting = new Meeting(Requests);
        await using var host = await StartAsync(stock, application => MapMeeting(application, meeting));
        cookie ??= (await host.SendAsync("/set/start/0")).Cookie;

        await Task.WhenAll(Enumerable.Range(0, Requests).Select(i => host.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/meet/k{i:00}/{i}"), cookie)));

        return await host.GetAsync("/show", cookie);
    }

    private static void MapMeeting(WebApplication application, Meeting meeting) => application.MapGet("/meet/{key}/{value}", async (HttpContext context, string key, string value) =>
    {
        await context.Session.LoadAsync(Token);
        await meeting.ArriveAsync();
        context.Session.SetString(key, value);
        return "set";
    });

    private Task<SessionHost> StartAsync(bool stock = false, Action<WebApplication>? map = null) => SessionHost.StartAsync(_directory.Path, stock, _clock, _log, map: map);

    /// <summary>Nobody goes on before all are there.</summary>
    private sealed class Meeting(int guests)
    {
        private readonly TaskCompletionSource _allHere = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _missing = guests;

        public Task ArriveAsync()
        {
            if (Interlocked.Decrement(ref _missing) == 0)
            {
                _allHere.SetResult();
            }

            return _allHere.Task.WaitAsync(Token);
        }
    }
}
