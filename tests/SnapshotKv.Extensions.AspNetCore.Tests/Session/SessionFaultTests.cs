using Microsoft.AspNetCore.Http;
using SnapshotKv.Extensions.AspNetCore.Diagnostics;
using SnapshotKv.Extensions.AspNetCore.Session;
using SnapshotKv.Extensions.AspNetCore.Tests.Support;

namespace SnapshotKv.Extensions.AspNetCore.Tests.Session;

/// <summary>What becomes of sessions when bytes are bad, the store fails or hangs, or they end under a request.</summary>
public sealed class SessionFaultTests : IDisposable
{
    private readonly Sessions _sessions = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _sessions.Dispose();

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task UnreadableEntry_IsAnEmptySession_AndReplacedOnceSomethingIsSet(bool anotherKind, bool asynchronously)
    {
        await _sessions.RequestAsync(static session => session.SetString("k", "v"));
        Damage(anotherKind);
        var version = _sessions.Version;

        var looking = _sessions.Open();
        if (asynchronously)
        {
            await looking.LoadAsync(Token);
        }

        Sessions.Show(looking).ShouldBe("");
        looking.IsAvailable.ShouldBeTrue();
        await looking.CommitAsync(Token);
        _sessions.Version.ShouldBe(version, "what a later version wrote is not destroyed by looking at it");
        _sessions.Log.Count(SnapshotKvSessionEventIds.Unreadable).ShouldBe(1);

        await _sessions.RequestAsync(static session => session.SetString("k", "new"));
        _sessions.Show().ShouldBe("k=new");
    }

    [Fact]
    public async Task UnreadableEntry_ReplacedByTwoRequests_IsMerged()
    {
        await _sessions.RequestAsync(static session => session.SetString("k", "v"));
        Damage(anotherKind: true);
        var first = _sessions.Open();
        var second = _sessions.Open();
        first.SetString("a", "1");
        second.SetString("b", "2");

        await first.CommitAsync(Token);
        await second.CommitAsync(Token);

        _sessions.Show().ShouldBe("a=1 b=2");
    }

    [Fact]
    public async Task JsonStore_KeepsSessionsToo()
    {
        using var sessions = new Sessions(format: KvFormat.Json);
        await sessions.RequestAsync(static session => session.SetString("k", "v"));
        sessions.Show().ShouldBe("k=v");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FailingStore_OnCommit_IsLoggedAndThrown_AndNothingIsHalfDone(bool inTheCall)
    {
        await _sessions.RequestAsync(static session => session.SetString("k", "v"));
        var session = _sessions.Open();
        session.SetString("k", "other");
        Fail(inTheCall);

        await Should.ThrowAsync<IOException>(() => session.CommitAsync(Token));
        await Should.ThrowAsync<IOException>(() => _sessions.Open().CommitAsync(Token));

        _sessions.Log.Count(SnapshotKvSessionEventIds.CommitFailed).ShouldBe(2);
        Heal();
        _sessions.Show().ShouldBe("k=v");
        await session.CommitAsync(Token);
        _sessions.Show().ShouldBe("k=other", "the changes are still there to be tried again");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FailingStore_OnLoad_ThrowsWhatItThrew(bool inTheCall)
    {
        Fail(inTheCall);
        await Should.ThrowAsync<IOException>(() => _sessions.Open().LoadAsync(Token));
    }

    [Fact]
    public async Task DisposedStore_MakesSessionsUnavailable()
    {
        await _sessions.RequestAsync(static session => session.SetString("k", "v"));
        var loaded = _sessions.Open();
        loaded.SetString("k", "other");
        _sessions.Store.Dispose();

        _sessions.Open().IsAvailable.ShouldBeFalse();
        _sessions.Log.Count(SnapshotKvSessionEventIds.LoadFailed).ShouldBe(1);
        await Should.ThrowAsync<ObjectDisposedException>(() => _sessions.Open().LoadAsync(Token));
        await Should.ThrowAsync<ObjectDisposedException>(() => loaded.CommitAsync(Token));
        _sessions.Log.Count(SnapshotKvSessionEventIds.CommitFailed).ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HungStore_IsGivenUpAfterTheIoTimeout_WhetherItLooksAtTheTokenOrNot(bool looksAtIt)
    {
        await _sessions.RequestAsync(static session => session.SetString("k", "v"));
        var changed = _sessions.Open();
        changed.SetString("k", "other");
        _sessions.Hooks.OnAsyncCall = (_, token) => looksAtIt ? new TaskCompletionSource().Task.WaitAsync(token) : new TaskCompletionSource().Task;

        var loading = _sessions.Open().LoadAsync(Token);
        var committing = changed.CommitAsync(Token);
        var refreshing = _sessions.Open().CommitAsync(Token);
        _sessions.Clock.Advance(Sessions.Io - TimeSpan.FromTicks(1));
        (loading.IsCompleted || committing.IsCompleted || refreshing.IsCompleted).ShouldBeFalse();
        _sessions.Clock.Advance(TimeSpan.FromTicks(1));

        (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loading)).Message.ShouldContain("loaded within 00:01:00");
        (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => committing)).Message.ShouldContain("committed within 00:01:00");
        await Should.ThrowAsync<OperationCanceledException>(() => refreshing);
        _sessions.Log.Count(SnapshotKvSessionEventIds.LoadTimedOut).ShouldBe(1);
        _sessions.Log.Count(SnapshotKvSessionEventIds.CommitTimedOut).ShouldBe(2);
    }

    [Fact]
    public async Task CallersToken_Cancelled_EndsTheWaiting_AndIsNoTimeout()
    {
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Token);
        _sessions.Hooks.OnAsyncCall = static (_, _) => new TaskCompletionSource().Task;
        var changed = _sessions.Open();
        changed.SetString("k", "v");
        var loading = _sessions.Open().LoadAsync(caller.Token);
        var committing = changed.CommitAsync(caller.Token);

        await caller.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => loading);
        await Should.ThrowAsync<OperationCanceledException>(() => committing);
        _sessions.Log.Entries.ShouldAllBe(entry => entry.Id.Id == SnapshotKvSessionEventIds.Missing);
    }

    [Fact]
    public async Task CancelledToken_EndsBeforeAnythingIsDone()
    {
        var session = _sessions.Open();
        session.SetString("k", "v");
        _sessions.Hooks.Calls.Clear();

        await Should.ThrowAsync<OperationCanceledException>(() => session.CommitAsync(new CancellationToken(true)));
        await Should.ThrowAsync<OperationCanceledException>(() => _sessions.Open().LoadAsync(new CancellationToken(true)));

        _sessions.Hooks.Calls.ShouldBeEmpty();
        await session.CommitAsync(Token);
        _sessions.Show().ShouldBe("k=v");
    }

    [Fact]
    public async Task SessionThatEnded_UnderARequest_DoesNotComeBack()
    {
        await _sessions.RequestAsync(static session => session.SetString("k", "v"));
        var revoked = _sessions.Open();
        revoked.SetString("k", "late");
        await _sessions.Directory.RevokeAllAsync(Token);

        await revoked.CommitAsync(Token);

        _sessions.Store.Count().ShouldBe(0);
        _sessions.Log.Count(SnapshotKvSessionEventIds.Ended).ShouldBe(1);
        revoked.IsAvailable.ShouldBeFalse();
        revoked.Keys.ShouldBeEmpty();
        revoked.SetString("k", "later");
        await revoked.CommitAsync(Token);
        _sessions.Store.Count().ShouldBe(0);
    }

    [Fact]
    public async Task SessionThatExpired_UnderARequest_DoesNotComeBack()
    {
        await _sessions.RequestAsync(static session => session.SetString("k", "v"));
        var slow = _sessions.Open();
        slow.SetString("k", "late");
        _sessions.Clock.Advance(Sessions.Idle);

        await slow.CommitAsync(Token);

        _sessions.Store.Count().ShouldBe(0);
        _sessions.Log.Count(SnapshotKvSessionEventIds.Ended).ShouldBe(1);
    }

    /// <summary>Signed out everywhere, and signed in again by the same browser: what a request of before still does must not reach the new session.</summary>
    [Fact]
    public async Task SessionThatEndedAndBeganAnew_TakesNothingFromARequestOfBefore()
    {
        await _sessions.RequestAsync(static session => session.SetUserName("ada"));
        var before = _sessions.Open();
        before.SetString("cart", "ada's");
        await _sessions.Directory.RevokeUserAsync("ada", Token);
        await _sessions.RequestAsync(static session => session.SetUserName("grace"));

        await before.CommitAsync(Token);

        _sessions.Show().ShouldBe("snapshotkv:user=grace");
        _sessions.Log.Count(SnapshotKvSessionEventIds.Ended).ShouldBe(1);
    }

    [Fact]
    public async Task FirstRequests_AtTheSameTime_MergeUnderOneId()
    {
        var first = _sessions.Open();
        var second = _sessions.Open();
        first.SetString("a", "1");
        second.SetString("b", "2");
        _ = (first.Id, second.Id);

        await first.CommitAsync(Token);
        await second.CommitAsync(Token);

        _sessions.Show().ShouldBe("a=1 b=2");
        second.Id.ShouldBe(first.Id);
        _sessions.Open().Id.ShouldBe(first.Id);
        _sessions.Log.Count(SnapshotKvSessionEventIds.Started).ShouldBe(1);
    }

    [Fact]
    public async Task NothingToKeep_MakesNoSession()
    {
        await _sessions.RequestAsync(static session =>
        {
            session.SetString("k", "v");
            session.Remove("k");
            session.Clear();
        });
        _sessions.Store.Count().ShouldBe(0);
    }

    [Fact]
    public async Task AnotherIdleTimeout_ReachesSessionsThatAreThere()
    {
        await _sessions.RequestAsync(static session => session.SetString("k", "v"));
        var session = _sessions.Open(idle: TimeSpan.FromMinutes(5));
        await session.LoadAsync(Token);

        await session.CommitAsync(Token);

        _sessions.Entries.GetTimeToLive(_sessions.EntryKey).Remaining.ShouldBe(TimeSpan.FromMinutes(5));
        _sessions.Show().ShouldBe("k=v");
    }

    [Fact]
    public async Task IdleTimeout_ForEverOrVeryLong_IsTaken()
    {
        var forEver = _sessions.Open("ever", Timeout.InfiniteTimeSpan);
        forEver.SetString("k", "v");
        await forEver.CommitAsync(Token);
        _sessions.Entries.GetTimeToLive(_sessions.EntryKey).ShouldBe(KvTimeToLive.Unlimited);
        await foreach (var session in _sessions.Directory.ListAsync(Token))
        {
            (session.ExpiresAt, session.LastUsedAt).ShouldBe((null, null));
        }

        var veryLong = _sessions.Open("long", TimeSpan.MaxValue);
        veryLong.SetString("k", "v");
        await veryLong.CommitAsync(Token);
        Sessions.Show(_sessions.Open("long", TimeSpan.MaxValue)).ShouldBe("k=v");
        (await _sessions.Directory.FindAsync(veryLong.Id, Token))!.Session.LastUsedAt.ShouldBe(_sessions.Clock.GetUtcNow());
    }

    [Fact]
    public async Task SessionTooLargeForTheStore_IsLoggedAndThrown()
    {
        var session = _sessions.Open();
        session.Set("k", new byte[65 * 1024 * 1024]);
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => session.CommitAsync(Token));
        _sessions.Log.Count(SnapshotKvSessionEventIds.CommitFailed).ShouldBe(1);
    }

    [Fact]
    public async Task Keys_MayBeChangedWhileTheyAreEnumerated()
    {
        await _sessions.RequestAsync(static session =>
        {
            session.SetString("a", "1");
            session.SetString("b", "2");
        });
        await _sessions.RequestAsync(static session =>
        {
            foreach (var key in session.Keys)
            {
                session.Remove(key);
            }
        });
        _sessions.Show().ShouldBe("");
    }

    [Fact]
    public async Task Logs_CarryNeitherValuesNorUsersNorCookies()
    {
        await _sessions.RequestAsync(static session =>
        {
            session.SetUserName("secret-user");
            session.SetString("secret-key", "secret-value");
        });
        Damage(anotherKind: false);
        _sessions.Show();
        await _sessions.Directory.RevokeAllAsync(Token);
        _sessions.Show();

        _sessions.Log.Entries.Count.ShouldBeGreaterThan(3);
        _sessions.Log.Entries.ShouldAllBe(entry => !entry.Message.Contains("secret") && !entry.Message.Contains(Sessions.Cookie));
    }

    private void Damage(bool anotherKind)
    {
        var key = _sessions.EntryKey;
        _sessions.Entries.TryGetInfo(key, out var info).ShouldBeTrue();
        var options = new KvEntryOptions { SlidingExpiration = info.SlidingExpiration, Tags = info.Tags };
        if (anotherKind)
        {
            _sessions.Entries.Set(key, "text", options);
        }
        else
        {
            _sessions.Entries.SetBytes(key, (byte[])[SessionPayload.CurrentVersion + 1, 2, 3], options);
        }
    }

    private void Fail(bool inTheCall)
    {
        _sessions.Hooks.OnCall = inTheCall ? static _ => throw new IOException("disk") : null;
        _sessions.Hooks.OnAsyncCall = inTheCall ? null : static async (_, _) =>
        {
            await Task.Yield();
            throw new IOException("disk");
        };
    }

    private void Heal()
    {
        _sessions.Hooks.OnCall = null;
        _sessions.Hooks.OnAsyncCall = null;
    }
}
