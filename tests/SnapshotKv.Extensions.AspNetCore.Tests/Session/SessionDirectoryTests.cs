using Microsoft.AspNetCore.Http;
using SnapshotKv.Extensions.AspNetCore.Diagnostics;
using SnapshotKv.Extensions.AspNetCore.Session;
using SnapshotKv.Extensions.AspNetCore.Tests.Support;

namespace SnapshotKv.Extensions.AspNetCore.Tests.Session;

/// <summary>Sessions seen and ended from outside.</summary>
public sealed class SessionDirectoryTests : IDisposable
{
    private readonly Sessions _sessions = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ISnapshotKvSessionDirectory SessionDirectory => _sessions.Directory;

    public void Dispose() => _sessions.Dispose();

    [Fact]
    public async Task List_TellsWhatIsKnownOfEachSession()
    {
        var created = _sessions.Clock.GetUtcNow();
        await SignInAsync("one", "ada");
        _sessions.Clock.Advance(TimeSpan.FromMinutes(3));
        await _sessions.RequestAsync(session => session.SetString("cart", "tea"), "one");
        _sessions.Clock.Advance(TimeSpan.FromMinutes(2));
        await _sessions.RequestAsync(session => session.GetString("cart").ShouldBe("tea"), "one");

        var session = (await ToListAsync(SessionDirectory.ListAsync(Token))).ShouldHaveSingleItem();

        var now = created + TimeSpan.FromMinutes(5);
        session.Id.ShouldBe(_sessions.Open("one").Id);
        session.UserName.ShouldBe("ada");
        session.CreatedAt.ShouldBe(created);
        session.LastWrittenAt.ShouldBe(created + TimeSpan.FromMinutes(3));
        session.LastUsedAt.ShouldBe(now);
        session.ExpiresAt.ShouldBe(now + Sessions.Idle);
        session.IdleTimeout.ShouldBe(Sessions.Idle);
        session.KeyCount.ShouldBe(2);
        session.SizeBytes.ShouldBe(_sessions.Entries.TryGetInfo(_sessions.EntryKey, out var info) ? info.ValueBytes : -1);
    }

    [Fact]
    public async Task Looking_ProlongsNothing()
    {
        await SignInAsync("one", "ada");
        var id = _sessions.Open("one").Id;
        _sessions.Clock.Advance(TimeSpan.FromMinutes(5));

        (await ToListAsync(SessionDirectory.ListAsync(Token))).Count.ShouldBe(1);
        (await ToListAsync(SessionDirectory.ListAsync("ada", Token))).Count.ShouldBe(1);
        (await SessionDirectory.FindAsync(id, Token)).ShouldNotBeNull();
        (await SessionDirectory.CountAsync(Token)).ShouldBe(1);

        _sessions.Entries.GetTimeToLive(_sessions.EntryKey).Remaining.ShouldBe(TimeSpan.FromMinutes(15));
        _sessions.Clock.Advance(TimeSpan.FromMinutes(15));
        (await SessionDirectory.CountAsync(Token)).ShouldBe(0);
        (await ToListAsync(SessionDirectory.ListAsync(Token))).ShouldBeEmpty();
        (await SessionDirectory.FindAsync(id, Token)).ShouldBeNull();
        (await SessionDirectory.RevokeAsync(id, Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task ListOfAUser_FollowsWhoseTheSessionsAre()
    {
        await SignInAsync("one", "ada");
        await SignInAsync("two", "ada");
        await SignInAsync("three", "Ada");
        await _sessions.RequestAsync(session => session.SetString("k", "v"), "four");
        (await UsersOfAsync("ada")).ShouldBe(["ada", "ada"]);

        await SignInAsync("two", "grace");
        (await UsersOfAsync("ada")).ShouldBe(["ada"]);
        (await UsersOfAsync("grace")).ShouldBe(["grace"]);
        await _sessions.RequestAsync(session => session.SetUserName(null), "one");
        (await UsersOfAsync("ada")).ShouldBeEmpty();
        await _sessions.RequestAsync(session => session.Clear(), "two");
        (await UsersOfAsync("grace")).ShouldBeEmpty();
        (await SessionDirectory.CountAsync(Token)).ShouldBe(4);
    }

    [Fact]
    public async Task Find_ShowsKeysSizesAndValues_AndNeverTheCookies()
    {
        await _sessions.RequestAsync(session =>
        {
            session.SetUserName("ada");
            session.SetString("cart", "tea");
        });
        var id = _sessions.Open().Id;

        var details = (await SessionDirectory.FindAsync(id, Token)).ShouldNotBeNull();

        details.Session.Id.ShouldBe(id);
        details.ValueSizes.ShouldBe(new Dictionary<string, int> { ["snapshotkv:user"] = 3, ["cart"] = 3 }, ignoreOrder: true);
        details.TryGetValue("cart", out var value).ShouldBeTrue();
        value.ShouldBe(Sessions.Bytes("tea"));
        value[0] = 0;
        details.TryGetValue("cart", out value).ShouldBeTrue();
        value.ShouldBe(Sessions.Bytes("tea"));
        details.TryGetValue("missing", out _).ShouldBeFalse();
        (await SessionDirectory.FindAsync(Guid.NewGuid().ToString(), Token)).ShouldBeNull();
        (await SessionDirectory.FindAsync(Sessions.Cookie, Token)).ShouldBeNull();
        (await SessionDirectory.FindAsync("no id", Token)).ShouldBeNull();
        (await SessionDirectory.FindAsync(new string('x', 5_000), Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Revoke_EndsOneSession()
    {
        await SignInAsync("one", "ada");
        await SignInAsync("two", "ada");
        var id = _sessions.Open("one").Id;

        (await SessionDirectory.RevokeAsync(id, Token)).ShouldBeTrue();
        (await SessionDirectory.RevokeAsync(id, Token)).ShouldBeFalse();
        (await SessionDirectory.RevokeAsync("no id", Token)).ShouldBeFalse();

        _sessions.Open("one").GetUserName().ShouldBeNull();
        _sessions.Open("one").Id.ShouldNotBe(id);
        _sessions.Open("two").GetUserName().ShouldBe("ada");
        _sessions.Log.Count(SnapshotKvSessionEventIds.Revoked).ShouldBe(1);
    }

    [Fact]
    public async Task RevokeUser_EndsAllSessionsOfTheUser_AndTouchesNothingElse()
    {
        await SignInAsync("one", "ada");
        await SignInAsync("two", "ada");
        await SignInAsync("three", "grace");
        _sessions.Store.SetBytes("order", (byte[])[1], new KvEntryOptions { Tags = ["session:user:ada", "user:ada"] });

        (await SessionDirectory.RevokeUserAsync("ada", Token)).ShouldBe(2);

        (await SessionDirectory.CountAsync(Token)).ShouldBe(1);
        _sessions.Store.Exists("order").ShouldBeTrue();

        // And the application's own tag of that name signs nobody out.
        _sessions.Store.RemoveByTag("user:grace").ShouldBe(0);
        (await SessionDirectory.RevokeUserAsync("nobody", Token)).ShouldBe(0);
    }

    [Fact]
    public async Task RevokeAll_EndsSessionsAndNothingElse()
    {
        await SignInAsync("one", "ada");
        await SignInAsync("two", "grace");
        _sessions.Store.SetBytes("session", (byte[])[1]);

        (await SessionDirectory.RevokeAllAsync(Token)).ShouldBe(2);

        _sessions.Store.GetKeys().ShouldBe(["session"]);
    }

    [Fact]
    public async Task UserNames_OfEveryLength_AreFound()
    {
        foreach (var name in (string[])["ä", new('a', 512), new('a', 513), new('ä', 40_000), "\u0000", "session:user:ada"])
        {
            await SignInAsync("one", name);
            _sessions.Open("one").GetUserName().ShouldBe(name);
            (await UsersOfAsync(name)).ShouldBe([name]);
            (await SessionDirectory.RevokeUserAsync(name, Token)).ShouldBe(1);
        }
    }

    [Fact]
    public async Task UserNames_ThatAreNone_AreRefused()
    {
        var session = _sessions.Open();
        Should.Throw<ArgumentException>(() => session.SetUserName("")).ParamName.ShouldBe("userName");
        Should.Throw<ArgumentException>(() => session.SetUserName("\ud800")).ParamName.ShouldBe("userName");
        Should.Throw<ArgumentNullException>(() => SnapshotKvSessionExtensions.SetUserName(null!, "ada"));
        Should.Throw<ArgumentNullException>(() => SnapshotKvSessionExtensions.GetUserName(null!));
        Should.Throw<ArgumentException>(() => SessionDirectory.ListAsync("", Token)).ParamName.ShouldBe("userName");
        await Should.ThrowAsync<ArgumentException>(async () => await SessionDirectory.RevokeUserAsync(new string('\udc00', 600), Token));

        // The key is an ordinary one, so anybody can put anything there.
        session.Set(SnapshotKvSessionExtensions.UserNameKey, [0xff]);
        session.GetUserName().ShouldBeNull();
        await session.CommitAsync(Token);
        (await ToListAsync(SessionDirectory.ListAsync(Token))).Single().UserName.ShouldBeNull();
    }

    [Fact]
    public async Task UnreadableEntries_AreCountedAndRevoked_NotListed()
    {
        await SignInAsync("one", "ada");
        await SignInAsync("two", "ada");
        var damaged = _sessions.Entries.GetKeys().First();
        _sessions.Entries.TryGetInfo(damaged, out var info).ShouldBeTrue();
        _sessions.Entries.SetBytes(damaged, (byte[])[1, 2], new KvEntryOptions { Tags = info.Tags });
        _sessions.Entries.Set("text", "somebody else's");

        (await SessionDirectory.CountAsync(Token)).ShouldBe(3);
        (await ToListAsync(SessionDirectory.ListAsync(Token))).Count.ShouldBe(1);
        _sessions.Log.Count(SnapshotKvSessionEventIds.Unreadable).ShouldBe(2);
        (await SessionDirectory.RevokeUserAsync("ada", Token)).ShouldBe(2);
        (await SessionDirectory.RevokeAllAsync(Token)).ShouldBe(1);
    }

    [Fact]
    public async Task CancelledTokens_EndBeforeAnythingIsDone()
    {
        await SignInAsync("one", "ada");
        var id = _sessions.Open("one").Id;
        var cancelled = new CancellationToken(true);

        await Should.ThrowAsync<OperationCanceledException>(async () => await SessionDirectory.CountAsync(cancelled));
        await Should.ThrowAsync<OperationCanceledException>(async () => await SessionDirectory.FindAsync(id, cancelled));
        await Should.ThrowAsync<OperationCanceledException>(async () => await SessionDirectory.RevokeAsync(id, cancelled));
        await Should.ThrowAsync<OperationCanceledException>(async () => await SessionDirectory.RevokeUserAsync("ada", cancelled));
        await Should.ThrowAsync<OperationCanceledException>(async () => await SessionDirectory.RevokeAllAsync(cancelled));
        await Should.ThrowAsync<OperationCanceledException>(async () => await ToListAsync(SessionDirectory.ListAsync(cancelled)));
        await Should.ThrowAsync<OperationCanceledException>(async () => await ToListAsync(SessionDirectory.ListAsync("ada", cancelled)));
        (await SessionDirectory.CountAsync(Token)).ShouldBe(1);
    }

    [Fact]
    public async Task SessionThatBecomesAnothers_BetweenFindingAndLooking_IsNotShown()
    {
        await SignInAsync("one", "ada");
        BeforeLooking(() => SignInAsync("one", "grace"));
        (await UsersOfAsync("ada")).ShouldBeEmpty();

        var id = _sessions.Open("one").Id;
        BeforeLooking(async () =>
        {
            _sessions.Store.Clear();
            await SignInAsync("one", "eve");
        });
        (await SessionDirectory.FindAsync(id, Token)).ShouldBeNull();
    }

    private void BeforeLooking(Func<Task> work) => _sessions.Hooks.OnCall = operation =>
    {
        if (operation == nameof(IKvStore.TryPeekBytes))
        {
            _sessions.Hooks.OnCall = null;
            work().IsCompletedSuccessfully.ShouldBeTrue();
        }
    };

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> source)
    {
        var list = new List<T>();
        await foreach (var item in source)
        {
            list.Add(item);
        }

        return list;
    }

    private Task SignInAsync(string cookie, string userName) => _sessions.RequestAsync(session => session.SetUserName(userName), cookie);

    private async Task<IEnumerable<string?>> UsersOfAsync(string userName) => (await ToListAsync(SessionDirectory.ListAsync(userName, Token))).Select(session => session.UserName);
}
