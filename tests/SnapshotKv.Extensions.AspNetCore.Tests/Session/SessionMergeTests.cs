using Microsoft.AspNetCore.Http;
using SnapshotKv.Extensions.AspNetCore.Tests.Support;

namespace SnapshotKv.Extensions.AspNetCore.Tests.Session;

/// <summary>The guide's table of what becomes of two requests at the same time, row by row.</summary>
public sealed class SessionMergeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Both load "a=0 b=0"; the other one commits first.</summary>
    [Theory]
    [InlineData("a=other", "b=own", "a=other b=own")]
    [InlineData("a=other", "a=own", "a=own b=0")]
    [InlineData("a=other", "-b", "a=other")]
    [InlineData("-a", "b=own", "b=own")]
    [InlineData("a=other", "clear", "")]
    [InlineData("clear", "b=own", "b=own")]
    [InlineData("a=other", "clear b=own", "b=own")]
    [InlineData("a=other", "", "a=other b=0")]
    [InlineData("-a", "a=0", "a=0 b=0")]
    [InlineData("c=other", "-c", "a=0 b=0")]
    [InlineData("-a", "-a", "b=0")]
    [InlineData("clear", "-b", "")]
    [InlineData("clear", "clear", "")]
    [InlineData("clear c=other", "clear a=0 b=0", "a=0 b=0")]
    [InlineData("", "b=own -b b=0", "a=0 b=0")]
    public async Task TwoRequests_AtTheSameTime_LeaveWhatTheTableSays(string other, string own, string expected)
    {
        using var sessions = new Sessions();
        await sessions.RequestAsync(session => Do(session, "a=0 b=0"));
        var first = sessions.Open();
        var second = sessions.Open();
        Sessions.Show(first).ShouldBe("a=0 b=0");
        Sessions.Show(second).ShouldBe("a=0 b=0");

        Do(first, other);
        Do(second, own);
        await first.CommitAsync(Token);
        await second.CommitAsync(Token);

        sessions.Show().ShouldBe(expected);
        Sessions.Show(second).ShouldBe(own.Length == 0 ? "a=0 b=0" : expected, "after its commit a request sees what is stored");
    }

    [Fact]
    public async Task CommitAfterCommit_TakesOnlyWhatCameSince()
    {
        using var sessions = new Sessions();
        var session = sessions.Open();
        Do(session, "a=1 b=1");
        await session.CommitAsync(Token);
        await sessions.RequestAsync(other => Do(other, "a=2"));

        Do(session, "b=2");
        await session.CommitAsync(Token);

        sessions.Show().ShouldBe("a=2 b=2");
    }

    /// <summary>A store whose commits always lose is read again and again; the time for it is the IOTimeout.</summary>
    [Fact]
    public async Task CommitThatKeepsLosing_IsTriedUntilItWins()
    {
        using var sessions = new Sessions();
        await sessions.RequestAsync(session => Do(session, "count=0"));
        var rounds = 0;
        sessions.Hooks.OnCall = operation =>
        {
            if (operation == "TryCommitAsync" && rounds++ < 10)
            {
                // Another session under this one's key, as far as its version goes.
                sessions.Store.TryGetBytes("session:" + sessions.EntryKey, out var bytes).ShouldBeTrue();
                sessions.Store.TryGetInfo("session:" + sessions.EntryKey, out var info).ShouldBeTrue();
                sessions.Store.SetBytes("session:" + sessions.EntryKey, bytes, new KvEntryOptions { SlidingExpiration = info.SlidingExpiration, Tags = info.Tags });
            }
        };

        await sessions.RequestAsync(session => Do(session, "count=1"));

        rounds.ShouldBe(11);
        sessions.Show().ShouldBe("count=1");
    }

    private static void Do(ISession session, string steps)
    {
        foreach (var step in steps.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (step == "clear")
            {
                session.Clear();
            }
            else if (step[0] == '-')
            {
                session.Remove(step[1..]);
            }
            else
            {
                session.SetString(step.Split('=')[0], step.Split('=')[1]);
            }
        }
    }
}
