namespace SnapshotKv.Tests.Store;

public sealed class KvStoreExpiryTests
{
    private readonly StoreHome _home = new();

    [Fact]
    public void TimeToLive_AtTheDeadline_TheEntryIsGone()
    {
        using var store = _home.Open();
        store.Set("k", 1, TimeSpan.FromTicks(3));

        _home.Clock.Advance(TimeSpan.FromTicks(2));
        store.Exists("k").ShouldBeTrue();
        store.GetTimeToLive("k").ShouldBe(KvTimeToLive.Of(TimeSpan.FromTicks(1)));

        _home.Clock.Advance(TimeSpan.FromTicks(1));
        store.Exists("k").ShouldBeFalse();
        store.TryGet<int>("k", out _).ShouldBeFalse();
        store.GetTimeToLive("k").ShouldBe(KvTimeToLive.Missing);
        store.GetKeys().ShouldBeEmpty();
        store.Count().ShouldBe(0);
        store.Remove("k").ShouldBeFalse();
    }

    [Fact]
    public void Set_Again_ReplacesTheExpiry()
    {
        using var store = _home.Open();
        store.Set("k", 1, TimeSpan.FromSeconds(1));
        store.Set("k", 2);
        _home.Clock.Advance(TimeSpan.FromDays(1));

        store.GetTimeToLive("k").ShouldBe(KvTimeToLive.Unlimited);
        store.Set("k", 3, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(10) });
        store.Set("k", 4, TimeSpan.FromSeconds(10));
        _home.Clock.Advance(TimeSpan.FromSeconds(9));
        store.Exists("k").ShouldBeTrue();
        store.TryGet<int>("k", out _).ShouldBeTrue();
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        store.Exists("k").ShouldBeFalse();
    }

    [Fact]
    public void AbsoluteAndRelative_BothGiven_TheRelativeWins()
    {
        using var store = _home.Open();
        var now = _home.Clock.GetUtcNow();
        store.Set("k", 1, new KvEntryOptions { AbsoluteExpiration = now.AddSeconds(5), TimeToLive = TimeSpan.FromSeconds(50) });
        store.Set("a", 1, new KvEntryOptions { AbsoluteExpiration = now.AddSeconds(5) });

        store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(50));
        store.GetTimeToLive("a").Remaining.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Sliding_ReadsMoveItAndNothingElseDoes()
    {
        using var store = _home.Open();
        store.SetBytes("k", [1], new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(10) });
        Action[] reads =
        [
            () => store.TryGetBytes("k", out _),
            () => store.TryRead("k", new System.Buffers.ArrayBufferWriter<byte>()),
            () => store.TryReadEncoded("k", new System.Buffers.ArrayBufferWriter<byte>(), out _),
            () => store.TryGet("k", out _),
            () => store.Refresh("k"),
            () => store.Scan<byte[]>().ToList().Count.ShouldBe(1),
        ];
        foreach (var read in reads)
        {
            _home.Clock.Advance(TimeSpan.FromSeconds(9));
            store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(1));
            read();
            store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
        }

        _home.Clock.Advance(TimeSpan.FromSeconds(9));
        store.Exists("k").ShouldBeTrue();
        store.GetKeys().ShouldBe(["k"]);
        store.Count().ShouldBe(1);
        store.Save();
        store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(1));
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        store.Exists("k").ShouldBeFalse();
    }

    /// <summary>A writer reads the deadline, sleeps while a reader slides the entry on, and reads the clock when the old deadline has come.</summary>
    [Theory]
    [InlineData("TryAdd")]
    [InlineData("TryUpdate")]
    [InlineData("Increment")]
    public void Sliding_WriterThatSleepsBetweenDeadlineAndClock_DoesNotTakeTheEntryForDead(string operation)
    {
        var clock = new SleepyTimeProvider();
        using var store = KvStore.Open(new SnapshotKvOptions { TimeProvider = clock });
        store.Set("k", 1L, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(10) });
        store.TryGetInfo("k", out var info).ShouldBeTrue();
        clock.SleepOnce(before: TimeSpan.FromSeconds(9), meanwhile: () => store.Refresh("k").ShouldBeTrue(), after: TimeSpan.FromSeconds(11));

        switch (operation)
        {
            case "TryAdd":
                store.TryAdd("k", 2L).ShouldBeFalse();
                break;
            case "TryUpdate":
                store.TryUpdate("k", 2L, info.Version).ShouldBeTrue();
                break;
            default:
                store.Increment("k").ShouldBe(2);
                break;
        }
    }

    [Fact]
    public void Remove_JudgesByTheTimeBeforeTheRemoval()
    {
        var clock = new SleepyTimeProvider();
        using var store = KvStore.Open(new SnapshotKvOptions { TimeProvider = clock });
        store.Set("k", 1L, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(10) });
        clock.SleepOnce(before: TimeSpan.FromSeconds(9), meanwhile: () => store.Refresh("k").ShouldBeTrue(), after: TimeSpan.FromSeconds(11));

        store.Remove("k").ShouldBeTrue();
    }

    [Theory]
    [InlineData(KvDurability.Snapshot)]
    [InlineData(KvDurability.Process)]
    [InlineData(KvDurability.Disk)]
    public void Sliding_MovedAndNotYetTold_EndsAtItsInstantAtEveryLevel(KvDurability level)
    {
        using var store = _home.Open(options => options.Durability = level);
        store.Set("k", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(10) });
        _home.Clock.Advance(TimeSpan.FromSeconds(5));
        store.TryGet<int>("k", out _).ShouldBeTrue();
        _home.Clock.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        store.Exists("k").ShouldBeTrue();
        store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromTicks(1));

        _home.Clock.Advance(TimeSpan.FromTicks(1));
        store.Exists("k").ShouldBeFalse();
        store.GetTimeToLive("k").Exists.ShouldBeFalse();
        store.TryGet<int>("k", out _).ShouldBeFalse();
    }

    [Fact]
    public void Sliding_WithAnAbsoluteCap_StopsThere()
    {
        using var store = _home.Open();
        store.Set("k", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(10), TimeToLive = TimeSpan.FromSeconds(15) });
        store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(10));

        _home.Clock.Advance(TimeSpan.FromSeconds(9));
        store.Refresh("k").ShouldBeTrue();
        store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(6));
        _home.Clock.Advance(TimeSpan.FromSeconds(6));
        store.Refresh("k").ShouldBeFalse();
    }

    [Fact]
    public void Sliding_ClockThatGoesBack_DoesNotShortenTheLife()
    {
        using var store = _home.Open();
        var now = _home.Clock.GetUtcNow();
        store.Set("k", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(10) });

        _home.Clock.SetUtcNow(now.AddSeconds(-5));
        store.Refresh("k").ShouldBeTrue();
        _home.Clock.SetUtcNow(now);

        store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Lives_AfterReopening_GoOn()
    {
        using (var store = _home.Open())
        {
            store.Set("absolute", 1, TimeSpan.FromSeconds(100));
            store.Set("sliding", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(50) });
            store.Set("capped", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(50), TimeToLive = TimeSpan.FromSeconds(70) });
            store.Save();
            _home.Clock.Advance(TimeSpan.FromSeconds(30));
            store.Refresh("sliding");
        }

        // Only a slide came after the save, and it was not lost.
        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        using var reopened = _home.Open();
        reopened.GetTimeToLive("absolute").Remaining.ShouldBe(TimeSpan.FromSeconds(60));
        reopened.GetTimeToLive("sliding").Remaining.ShouldBe(TimeSpan.FromSeconds(40));
        reopened.GetTimeToLive("capped").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
        reopened.Refresh("capped");
        reopened.GetTimeToLive("capped").Remaining.ShouldBe(TimeSpan.FromSeconds(30));
        reopened.Refresh("sliding");
        reopened.GetTimeToLive("sliding").Remaining.ShouldBe(TimeSpan.FromSeconds(50));
    }

    [Fact]
    public void Save_ExpiredEntries_AreLeftOut()
    {
        using (var store = _home.Open(options => options.TtlCleanupInterval = TimeSpan.Zero))
        {
            store.Set("dies", 1, TimeSpan.FromSeconds(1));
            store.Set("stays", 1);
            _home.Clock.Advance(TimeSpan.FromSeconds(1));
            store.Save();
        }

        _home.Clock.SetUtcNow(_home.Clock.GetUtcNow().AddDays(-1));
        using var reopened = _home.Open();
        reopened.GetKeys().ShouldBe(["stays"]);
    }

    [Fact]
    public void Sweep_AtTheInterval_FreesTheDeadInStoreAndIndex()
    {
        using var store = _home.Open(options => options.TtlCleanupInterval = TimeSpan.FromMinutes(1));
        for (var i = 0; i < 1_000; i++)
        {
            store.Set($"dies:{i}", 1, TimeSpan.FromSeconds(i % 2 == 0 ? 30 : 3_600));
        }

        store.Count().ShouldBe(1_000);
        _home.Clock.Advance(TimeSpan.FromMinutes(1));

        store.EntriesInMemory.ShouldBe(500);
        store.Count().ShouldBe(500);
        _home.Log.Ids.ShouldContain(SnapshotKv.Diagnostics.KvEventIds.ExpiredSwept);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Sweep_TurnedOff_NeverRunsAndTheDeadStayHidden(int milliseconds)
    {
        using var store = _home.Open(options => options.TtlCleanupInterval = TimeSpan.FromMilliseconds(milliseconds));
        store.Set("dies", 1, TimeSpan.FromSeconds(1));
        _home.Clock.Advance(TimeSpan.FromDays(1));

        store.EntriesInMemory.ShouldBe(1);
        store.Count().ShouldBe(0);
        store.Exists("dies").ShouldBeFalse();
    }

    public static TheoryData<KvEntryOptions, string> BadLives() => new()
    {
        { new KvEntryOptions { TimeToLive = TimeSpan.Zero }, "TimeToLive" },
        { new KvEntryOptions { TimeToLive = TimeSpan.FromSeconds(-1) }, "TimeToLive" },
        { new KvEntryOptions { TimeToLive = TimeSpan.MaxValue }, "TimeToLive" },
        { new KvEntryOptions { TimeToLive = TimeSpan.FromDays(365 * 300) }, "TimeToLive" },
        { new KvEntryOptions { SlidingExpiration = TimeSpan.Zero }, "SlidingExpiration" },
        { new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(-1) }, "SlidingExpiration" },
        { new KvEntryOptions { SlidingExpiration = TimeSpan.MaxValue }, "SlidingExpiration" },
        { new KvEntryOptions { AbsoluteExpiration = DateTimeOffset.MinValue }, "AbsoluteExpiration" },
        { new KvEntryOptions { AbsoluteExpiration = DateTimeOffset.MaxValue }, "AbsoluteExpiration" },
        { new KvEntryOptions { AbsoluteExpiration = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) }, "AbsoluteExpiration" },
        { new KvEntryOptions { AbsoluteExpiration = new DateTimeOffset(2262, 4, 12, 0, 0, 0, TimeSpan.Zero) }, "AbsoluteExpiration" },
    };

    [Theory]
    [MemberData(nameof(BadLives))]
    public void Set_LifeOutOfRange_IsRefusedAndChangesNothing(KvEntryOptions options, string member)
    {
        using var store = _home.Open();
        store.Set("k", 1);

        foreach (var write in new Action[]
        {
            () => store.Set("k", 2, options),
            () => store.SetBytes("k", [2], options),
            () => store.Commit(new KvBatch().Remove("k").SetBytes("x", [], options)),
        })
        {
            var thrown = Should.Throw<ArgumentOutOfRangeException>(write);
            thrown.ParamName.ShouldBe("options");
            thrown.Message.ShouldContain(member);
        }

        store.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(1);
        store.Count().ShouldBe(1);
    }

    [Fact]
    public void AbsoluteExpiration_TheLastInstantThatFits_IsKept()
    {
        using var store = _home.Open();
        store.Set("k", 1, new KvEntryOptions { AbsoluteExpiration = new DateTimeOffset(2262, 4, 11, 23, 47, 16, TimeSpan.Zero) });

        store.GetTimeToLive("k").Remaining!.Value.ShouldBeGreaterThan(TimeSpan.FromDays(365 * 236));
    }
}
