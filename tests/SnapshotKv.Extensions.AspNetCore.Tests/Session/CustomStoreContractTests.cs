using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.DependencyInjection;
using SnapshotKv.Extensions.AspNetCore.Diagnostics;
using SnapshotKv.Extensions.AspNetCore.Tests.Support;

namespace SnapshotKv.Extensions.AspNetCore.Tests.Session;

/// <summary>What a session store of one's own must do, rule by rule.</summary>
public sealed class CustomStoreContractTests : IDisposable
{
    private readonly Sessions _sessions = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _sessions.Dispose();

    [Fact]
    public void Rule3_3_Custom_EmptyKeyAndNullEstablisher_AreRefused()
    {
        var store = _sessions.SessionStore;
        Should.Throw<ArgumentException>(() => store.Create("", Sessions.Idle, Sessions.Io, static () => true, false)).ParamName.ShouldBe("sessionKey");
        Should.Throw<ArgumentNullException>(() => store.Create(null!, Sessions.Idle, Sessions.Io, static () => true, false)).ParamName.ShouldBe("sessionKey");
        Should.Throw<ArgumentNullException>(() => store.Create("k", Sessions.Idle, Sessions.Io, null!, false)).ParamName.ShouldBe("tryEstablishSession");
        Should.Throw<ArgumentException>(() => store.Create("\ud800", Sessions.Idle, Sessions.Io, static () => true, false)).ParamName.ShouldBe("sessionKey");
        Should.Throw<ArgumentOutOfRangeException>(() => store.Create("k", TimeSpan.Zero, Sessions.Io, static () => true, false)).ParamName.ShouldBe("idleTimeout");
        Should.Throw<ArgumentOutOfRangeException>(() => store.Create("k", Sessions.Idle, TimeSpan.FromSeconds(-2), static () => true, false)).ParamName.ShouldBe("ioTimeout");
    }

    [Fact]
    public async Task Rule3_3_Custom_SetAfterTheResponseStarted_ThrowsAndKeepsNothing()
    {
        var started = false;
        var session = _sessions.Open(establish: () => !started, isNew: true);
        session.SetString("before", "1");
        started = true;

        Should.Throw<InvalidOperationException>(() => session.SetString("after", "2")).Message.ShouldContain("response has started");

        await session.CommitAsync(Token);
        _sessions.Show().ShouldBe("before=1");
    }

    [Fact]
    public async Task Rule3_3_Custom_KeyLength_IsLimitedInBytes()
    {
        var longest = new string('a', ushort.MaxValue);
        var tooLong = new string('ä', (ushort.MaxValue / 2) + 1);

        await _sessions.RequestAsync(session =>
        {
            session.Set(longest, [1]);
            session.Set("", [2]);
            Should.Throw<ArgumentOutOfRangeException>(() => session.Set(tooLong, [3])).Message.ShouldContain("65535 bytes of UTF-8; this one takes 65536");
            Should.Throw<ArgumentException>(() => session.Set("\ud800", [4])).Message.ShouldContain("surrogate");
            session.TryGetValue(tooLong, out _).ShouldBeFalse();
        });

        _sessions.Open().TryGetValue(longest, out var value).ShouldBeTrue();
        value.ShouldBe([1]);
        _sessions.Open().Keys.Count().ShouldBe(2);
    }

    [Fact]
    public async Task Rule3_3_Custom_NullArguments_AreRefused()
    {
        await _sessions.RequestAsync(session =>
        {
            Should.Throw<ArgumentNullException>(() => session.Set(null!, [])).ParamName.ShouldBe("key");
            Should.Throw<ArgumentNullException>(() => session.Set("k", null!)).ParamName.ShouldBe("value");
            Should.Throw<ArgumentNullException>(() => session.TryGetValue(null!, out _)).ParamName.ShouldBe("key");
            Should.Throw<ArgumentNullException>(() => session.Remove(null!)).ParamName.ShouldBe("key");
        });
        _sessions.Store.Count().ShouldBe(0);
    }

    [Fact]
    public async Task Rule3_3_Custom_Values_AreCopiedInAndOut()
    {
        var session = _sessions.Open();
        byte[] given = [1, 2, 3];
        session.Set("k", given);
        given[0] = 99;
        session.TryGetValue("k", out var first).ShouldBeTrue();
        first.ShouldBe([1, 2, 3]);
        first[1] = 99;
        await session.CommitAsync(Token);
        session.TryGetValue("k", out var second).ShouldBeTrue();
        second.ShouldBe([1, 2, 3]);
        second[2] = 99;

        _sessions.Open().TryGetValue("k", out var stored).ShouldBeTrue();
        stored.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Rule3_3_Custom_Id_IsStableAndRandomAndNotTheCookies()
    {
        var session = _sessions.Open();
        var id = session.Id;
        session.SetString("k", "v");
        session.Id.ShouldBe(id);
        await session.CommitAsync(Token);
        session.Id.ShouldBe(id);

        var again = _sessions.Open();
        again.Id.ShouldBe(id);
        again.Clear();
        await again.CommitAsync(Token);
        _sessions.Open().Id.ShouldBe(id);

        Guid.TryParse(id, out _).ShouldBeTrue();
        id.ShouldNotBe(Sessions.Cookie);
        _sessions.Open("another").Id.ShouldNotBe(id);
        _sessions.Store.GetKeys().ShouldAllBe(key => !key.Contains(Sessions.Cookie) && !key.Contains(id));
    }

    [Fact]
    public async Task Rule3_3_Custom_CommitOfAnUnmodifiedSession_OnlyRefreshes()
    {
        await _sessions.RequestAsync(session => session.SetString("k", "v"));
        var version = _sessions.Version;
        _sessions.Hooks.Calls.Clear();

        // Not touched, read, and set to what it was.
        await _sessions.RequestAsync(static _ => { });
        _sessions.Hooks.Calls.ShouldBe(["RefreshAsync"]);
        await _sessions.RequestAsync(session => session.GetString("k").ShouldBe("v"));
        await _sessions.RequestAsync(session =>
        {
            session.SetString("k", "v");
            session.Remove("missing");
        });

        _sessions.Hooks.Calls.ShouldNotContain("TryCommitAsync");
        _sessions.Version.ShouldBe(version);
    }

    [Fact]
    public async Task Rule3_3_Custom_Commit_IsOneCallWithoutReadingAgain()
    {
        await _sessions.RequestAsync(session => session.SetString("k", "v"));
        _sessions.Hooks.Calls.ShouldBe(["TryGetBytes", "TryCommitAsync"]);

        // And nothing at all for a visitor without a session.
        _sessions.Hooks.Calls.Clear();
        await _sessions.Open(isNew: true).CommitAsync(Token);
        _sessions.Hooks.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task Rule3_3_Custom_IsAvailable_TellsWhetherItCouldBeLoaded()
    {
        _sessions.Open().IsAvailable.ShouldBeTrue();
        await _sessions.RequestAsync(session => session.SetString("k", "v"));
        var version = _sessions.Version;
        _sessions.Hooks.OnCall = static operation => throw new IOException(operation);
        var session = _sessions.Open();

        session.IsAvailable.ShouldBeFalse();
        session.Id.ShouldBe("");
        session.Keys.ShouldBeEmpty();
        session.TryGetValue("k", out _).ShouldBeFalse();
        session.SetString("k", "other");
        session.Remove("k");
        session.Clear();
        _sessions.Log.Count(SnapshotKvSessionEventIds.LoadFailed).ShouldBe(1);

        // Nothing of it is written, not even once the store can be.
        _sessions.Hooks.OnCall = null;
        await session.CommitAsync(Token);
        _sessions.Version.ShouldBe(version);
        _sessions.Show().ShouldBe("k=v");
    }

    [Fact]
    public async Task Rule3_3_Custom_LoadAsync_Throws()
    {
        _sessions.Hooks.OnCall = static operation => throw new IOException(operation);
        var session = _sessions.Open();
        (await Should.ThrowAsync<IOException>(() => session.LoadAsync(Token))).Message.ShouldBe("GetBytesAsync");

        _sessions.Hooks.OnCall = null;
        await session.LoadAsync(Token);
        session.IsAvailable.ShouldBeTrue();
        await session.LoadAsync(Token);
        _sessions.Hooks.Calls.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Rule3_3_Custom_Merge_IsPerChangedKeyAgainstTheStoredVersion()
    {
        await _sessions.RequestAsync(Fill("a=0 b=0 c=0"));
        var first = _sessions.Open();
        var second = _sessions.Open();
        _ = (first.IsAvailable, second.IsAvailable);

        first.SetString("a", "first");
        second.SetString("b", "second");
        await first.CommitAsync(Token);
        await second.CommitAsync(Token);

        _sessions.Show().ShouldBe("a=first b=second c=0");
        Sessions.Show(second).ShouldBe("a=first b=second c=0", "a commit shows what others stored");
    }

    [Fact]
    public async Task Rule3_3_Custom_Removal_IsMarkedAndMerged()
    {
        await _sessions.RequestAsync(Fill("a=0 b=0"));
        var first = _sessions.Open();
        var second = _sessions.Open();
        _ = (first.IsAvailable, second.IsAvailable);

        first.Remove("a");
        second.SetString("b", "1");
        await first.CommitAsync(Token);
        await second.CommitAsync(Token);

        _sessions.Show().ShouldBe("b=1", "a is not brought back by a request that had loaded it");
    }

    [Fact]
    public async Task Rule3_3_Custom_Clear_ReplacesAll()
    {
        await _sessions.RequestAsync(Fill("a=0 b=0"));
        var first = _sessions.Open();
        var second = _sessions.Open();
        _ = (first.IsAvailable, second.IsAvailable);

        second.Clear();
        second.SetString("d", "1");
        first.SetString("c", "1");
        await first.CommitAsync(Token);
        await second.CommitAsync(Token);

        _sessions.Show().ShouldBe("d=1", "what another request set meanwhile goes as well");
    }

    [Fact]
    public async Task Rule3_3_Custom_ClearAlone_KeepsAnEmptySession()
    {
        await _sessions.RequestAsync(Fill("a=0"));
        var id = _sessions.Open().Id;

        await _sessions.RequestAsync(static session => session.Clear());

        _sessions.Show().ShouldBe("");
        _sessions.Open().Id.ShouldBe(id);
        _sessions.Entries.Count().ShouldBe(1);
    }

    [Fact]
    public void Rule3_3_Custom_DataProtection_ComesWithTheSessions()
    {
        using var services = new ServiceCollection().AddSingleton<IKvStore>(_sessions.Store.GetPartition("x")).AddSnapshotKvSession().BuildServiceProvider();
        services.GetRequiredService<IDataProtectionProvider>().ShouldNotBeNull();
        services.GetRequiredService<ISessionStore>().ShouldNotBeNull();
    }

    private static Action<ISession> Fill(string pairs) => session =>
    {
        foreach (var pair in pairs.Split(' '))
        {
            session.SetString(pair.Split('=')[0], pair.Split('=')[1]);
        }
    };
}
