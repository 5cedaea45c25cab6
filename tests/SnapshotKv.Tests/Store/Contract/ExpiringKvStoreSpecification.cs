using System.Buffers;

namespace SnapshotKv.Tests.Store.Contract;

/// <summary>What a store promises whose clock moves: everything, and that entries end.</summary>
public abstract class ExpiringKvStoreSpecification : KvStoreSpecification
{
    [Fact]
    public void Entry_AtItsDeadline_IsMissingForEveryOperation()
    {
        Store.Set("k", 1, new KvEntryOptions { TimeToLive = TimeSpan.FromSeconds(10), Tags = ["t"] });
        var version = Version("k");
        Clock.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Store.Exists("k").ShouldBeTrue();
        Store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromTicks(1));
        Clock.Advance(TimeSpan.FromTicks(1));

        Store.Exists("k").ShouldBeFalse();
        Store.TryGet<int>("k", out _).ShouldBeFalse();
        Store.TryGetInfo("k", out _).ShouldBeFalse();
        Store.Refresh("k").ShouldBeFalse();
        Store.GetKeys().ShouldBeEmpty();
        Store.GetKeysByTag("t").ShouldBeEmpty();
        Store.Count().ShouldBe(0);
        Store.GetTimeToLive("k").ShouldBe(KvTimeToLive.Missing);
        Store.TryUpdate("k", 2, version).ShouldBeFalse();
        Store.TryCommit(new KvBatch().SetBytes("x", []).UpdateEncoded("k", new ReadOnlySequence<byte>(Encode(1)))).ConflictingKey.ShouldBe("k");
        Store.TryCommit(new KvBatch().SetBytes("x", []).RequireVersion("k", version)).ConflictingKey.ShouldBe("k");
        Store.Remove("k").ShouldBeFalse();
        Store.TryAdd("k", 3).ShouldBeTrue();
        Version("k").ShouldBeGreaterThan(version);
    }

    [Fact]
    public void Sliding_IsMovedByReadsUpToTheCap()
    {
        Store.Set("k", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(10), AbsoluteExpiration = Clock.GetUtcNow().AddSeconds(15) });
        var version = Version("k");
        Clock.Advance(TimeSpan.FromSeconds(4));
        Store.Exists("k").ShouldBeTrue();
        Store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(6));
        Store.Refresh("k").ShouldBeTrue();
        Store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
        Clock.Advance(TimeSpan.FromSeconds(6));
        Store.TryGet<int>("k", out _).ShouldBeTrue();
        Store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(5));
        Version("k").ShouldBe(version);
        Clock.Advance(TimeSpan.FromSeconds(5));
        Store.Exists("k").ShouldBeFalse();
    }

    [Fact]
    public void Peek_ShowsValueAndEntryAndMovesNothing()
    {
        Store.SetBytes("k", [1, 2], new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(10), Tags = ["t"] });
        Clock.Advance(TimeSpan.FromSeconds(4));

        Store.TryPeekBytes("k", out var value, out var info).ShouldBeTrue();

        value.ShouldBe([1, 2]);
        info.Version.ShouldBe(Version("k"));
        info.ExpiresAt.ShouldBe(Clock.GetUtcNow().AddSeconds(6));
        info.Tags.ShouldBe(["t"]);
        Store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(6));
        Clock.Advance(TimeSpan.FromSeconds(6));
        Store.TryPeekBytes("k", out value, out info).ShouldBeFalse();
        value.ShouldBeNull();
        info.ShouldBe(default);
    }

    [Fact]
    public void Update_KeepsTheLifeAndSlides()
    {
        Store.Set("k", 1L, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(10) });
        Store.Set("t", 1L, TimeSpan.FromSeconds(10));
        Clock.Advance(TimeSpan.FromSeconds(4));
        Store.Commit(new KvBatch().UpdateEncoded("k", new ReadOnlySequence<byte>(Encode(2L))));
        Store.Increment("t", 1, new KvEntryOptions { TimeToLive = TimeSpan.FromHours(1) }).ShouldBe(2);

        Store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
        Store.GetTimeToLive("t").Remaining.ShouldBe(TimeSpan.FromSeconds(6));
        Clock.Advance(TimeSpan.FromSeconds(6));
        Store.Increment("t", 1, new KvEntryOptions { TimeToLive = TimeSpan.FromHours(1) }).ShouldBe(1);
        Store.GetTimeToLive("t").Remaining.ShouldBe(TimeSpan.FromHours(1));
    }
}
