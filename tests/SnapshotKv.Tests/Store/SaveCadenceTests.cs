using SnapshotKv.Diagnostics;
using SnapshotKv.Engine;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Store;

/// <summary>When a store that has a journal is saved. The sizes are scaled down a thousandfold, the times are not.</summary>
public sealed class SaveCadenceTests
{
    private const int Large = 16 << 10, Growth = 64 << 10, ValueSize = 1000;

    private readonly StoreHome _home = new() { Durability = KvDurability.Process, Cadence = new SaveCadence(Large, Growth) };

    [Fact]
    public void Default_IsSixteenAndSixtyFourMebibytes_OrHalfTheLastSnapshot_OrTenMinutes()
    {
        SaveCadence.Default.ShouldBe(new SaveCadence(16 << 20, 64 << 20));
        SaveCadence.Default.GrowthBehind(0).ShouldBe(64 << 20);
        SaveCadence.Default.GrowthBehind(128L << 20).ShouldBe(64 << 20);
        SaveCadence.Default.GrowthBehind(1L << 30).ShouldBe(512 << 20);
        SaveCadence.LargeStoreDelay.ShouldBe(TimeSpan.FromMinutes(10));
        StoreEnvironment.Default.Cadence.ShouldBe(SaveCadence.Default);
    }

    [Fact]
    public void SmallStore_IsSavedByTheDebounce()
    {
        using var store = Open();
        Write(store, 5);
        _home.Clock.Advance(TimeSpan.FromSeconds(9.9));
        _home.Snapshots().ShouldBeEmpty();
        _home.Clock.Advance(TimeSpan.FromSeconds(0.1));
        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public void SmallStore_ThatIsWrittenOften_IsStillSavedByTheDebounce()
    {
        using var store = Open();
        Write(store, 1);
        store.Save();
        for (var i = 0; i < 50; i++)
        {
            Write(store, 1);
        }

        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        _home.Snapshots().Count.ShouldBe(2, "what counts is the size of the store, not that of the journal");
    }

    [Fact]
    public void LargeStore_IsNotSavedByTheDebounce_ButAfterTenMinutes()
    {
        using var store = OpenLarge();
        store.Set("small", 1);
        _home.Clock.Advance(TimeSpan.FromMinutes(5));
        store.Set("small", 2);
        _home.Clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        _home.Snapshots().Count.ShouldBe(1);

        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        _home.Snapshots().Count.ShouldBe(2, "ten minutes after the first unsaved change");
        _home.Clock.Advance(TimeSpan.FromHours(1));
        _home.Snapshots().Count.ShouldBe(2, "nothing new");
    }

    [Fact]
    public void LargeStore_WithALongerDebounce_WaitsForThat()
    {
        using var store = OpenLarge(options => options.SaveDebounce = TimeSpan.FromHours(1));
        store.Set("small", 1);
        _home.Clock.Advance(TimeSpan.FromMinutes(59));
        _home.Snapshots().Count.ShouldBe(1);
        _home.Clock.Advance(TimeSpan.FromMinutes(1));
        _home.Snapshots().Count.ShouldBe(2);
    }

    [Fact]
    public void LargeStore_AtLevelSnapshot_IsSavedByTheDebounce()
    {
        using var store = OpenLarge(options => options.Durability = KvDurability.Snapshot);
        store.Set("small", 1);
        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        _home.Snapshots().Count.ShouldBe(2);
    }

    [Fact]
    public void LargeStore_IsSavedWhenTheJournalHasGrown_AndNotBefore()
    {
        using var store = OpenLarge();
        for (var generation = 2; generation < 5; generation++)
        {
            // Frames are a little larger than their values.
            Write(store, 55);
            Tick();
            _home.Snapshots().Count.ShouldBe(generation - 1);
            Write(store, 10);
            Tick();
            _home.Snapshots().Count.ShouldBe(generation);
        }
    }

    [Fact]
    public void LargeStore_WithALargeSnapshot_IsSavedWhenTheJournalHasGrownByHalfOfIt()
    {
        using var store = Open();
        for (var i = 0; i < 200; i++)
        {
            store.SetBytes($"k{i}", new byte[ValueSize]);
        }

        store.Save()!.SizeBytes.ShouldBeInRange(200_000, 220_000);
        Tick();
        Write(store, 80);
        Tick();
        _home.Snapshots().Count.ShouldBe(1);
        Write(store, 30);
        Tick();
        _home.Snapshots().Count.ShouldBe(2);
    }

    [Fact]
    public void GrownJournal_WaitsOutTheRest_AfterASaveThatTookLong()
    {
        using var store = OpenLarge();
        var isSlow = true;
        _home.Files.Before(operation => isSlow && IsSnapshot(operation), _ => _home.Clock.Advance(TimeSpan.FromSeconds(10)));
        Write(store, 70);
        Tick();
        _home.Snapshots().Count.ShouldBe(2);
        isSlow = false;

        Write(store, 70);
        _home.Clock.Advance(TimeSpan.FromSeconds(198));
        _home.Snapshots().Count.ShouldBe(2, "a timed save takes at most a twentieth of the time");
        _home.Clock.Advance(TimeSpan.FromSeconds(3));
        _home.Snapshots().Count.ShouldBe(3);
    }

    [Fact]
    public void AskedSave_IsExempt_AndMakesNobodyRest()
    {
        using var store = Open(options => options.SaveDebounce = TimeSpan.FromHours(1));
        var isSlow = true;
        _home.Files.Before(operation => isSlow && IsSnapshot(operation), _ => _home.Clock.Advance(TimeSpan.FromMinutes(4)));
        Write(store, 1);
        store.Save();
        Write(store, 1);
        store.Save();
        _home.Snapshots().Count.ShouldBe(2);
        isSlow = false;

        Write(store, 1);
        _home.Clock.Advance(TimeSpan.FromHours(1));
        _home.Snapshots().Count.ShouldBe(3, "twenty times four minutes would be longer");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void JournalAtThreeQuartersOfItsLimit_ForcesASave_WhateverTheRestAndTheDebounce(bool isDebounceInfinite)
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        using var store = home.Open(options =>
        {
            options.Compression = KvCompression.None;
            options.MaxJournalBytes = 1 << 20;
            options.SaveDebounce = isDebounceInfinite ? Timeout.InfiniteTimeSpan : TimeSpan.FromHours(20);
        });
        home.Files.Before(IsSnapshot, _ => home.Clock.Advance(TimeSpan.FromMinutes(1)));
        var before = 0;
        for (var saves = 1; saves < 4; saves++)
        {
            var written = 0;
            for (; home.Snapshots().Count == before && written < 2000; written++)
            {
                Write(store, 1);
                store.GetStatistics().JournalBytes.ShouldBeLessThanOrEqualTo(1 << 20);
            }

            home.Snapshots().Count.ShouldBe(before + 1);
            before++;
            (written * ValueSize).ShouldBeGreaterThan(100_000, "not for each few commits");
        }

        home.Log.Ids.ShouldNotContain(KvEventIds.SnapshotSaveFailed);
    }

    [Fact]
    public void ForcedSave_ThatFails_LosesNothing_AndIsTriedAgain()
    {
        using var store = Open(options => (options.MaxJournalBytes, options.SaveDebounce) = (1 << 20, TimeSpan.FromHours(1)));
        _home.Files.FailWhen(IsSnapshot, FileFault.NoSpace);
        while (!_home.Log.Ids.Contains(KvEventIds.SnapshotSaveFailed))
        {
            Write(store, 1);
        }

        _home.Snapshots().ShouldBeEmpty();
        _home.Files.Heal();
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        _home.Snapshots().Count.ShouldBe(1, "the first step of the back-off");
        store.GetStatistics().HasUnsavedChanges.ShouldBeFalse();
    }

    [Fact]
    public void TimedSave_ThatFails_IsTriedAgainWithBackOff_HoweverTheJournalGrows()
    {
        using var store = OpenLarge();
        _home.Files.FailWhen(IsSnapshot, FileFault.NoSpace);
        Write(store, 70);
        Tick();
        Failures().ShouldBe(1);
        Write(store, 70);
        Tick();
        Failures().ShouldBe(1, "the back-off counts");
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        Failures().ShouldBe(2);
        store.GetStatistics().HasUnsavedChanges.ShouldBeTrue();

        _home.Files.Heal();
        _home.Clock.Advance(TimeSpan.FromSeconds(2));
        _home.Snapshots().Count.ShouldBe(2);

        int Failures() => _home.Log.Ids.Count(id => id == KvEventIds.SnapshotSaveFailed);
    }

    [Fact]
    public void InfiniteDebounce_IsNeverSaved_HoweverLargeAndHoweverLong()
    {
        using var store = OpenLarge(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        Write(store, 200);
        _home.Clock.Advance(TimeSpan.FromDays(1));
        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public void ZeroDebounce_IsSavedAfterEachCommit_HoweverLarge()
    {
        using var store = OpenLarge(options => (options.SaveDebounce, options.MaxSnapshots) = (TimeSpan.Zero, 1000));
        var before = _home.Snapshots().Count;
        Write(store, 3);
        _home.Snapshots().Count.ShouldBe(before + 3);
    }

    private static bool IsSnapshot(FileOperation operation) =>
        operation.Kind == FileOperationKind.CreateNew && operation.Path.Contains("/snapshots/", StringComparison.Ordinal);

    private static void Write(KvStore store, int values)
    {
        var value = new byte[ValueSize];
        for (var i = 0; i < values; i++)
        {
            store.SetBytes($"w{i % 4}", value);
        }
    }

    /// <summary>What is due at once is done.</summary>
    private void Tick() => _home.Clock.Advance(TimeSpan.FromMilliseconds(1));

    private KvStore Open(Action<SnapshotKvOptions>? change = null) => _home.Open(options =>
    {
        options.Compression = KvCompression.None;
        options.MaxSnapshots = 100;
        change?.Invoke(options);
    });

    /// <summary>A store that is large by its last snapshot.</summary>
    private KvStore OpenLarge(Action<SnapshotKvOptions>? change = null)
    {
        var store = Open(change);
        var batch = new KvBatch();
        for (var i = 0; i < 20; i++)
        {
            batch.SetBytes($"k{i}", new byte[ValueSize]);
        }

        store.Commit(batch);
        store.Save()!.SizeBytes.ShouldBeGreaterThan(Large);
        return store;
    }
}
