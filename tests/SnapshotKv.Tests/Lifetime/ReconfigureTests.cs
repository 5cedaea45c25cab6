using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Lifetime;

/// <summary>Settings that are changed while the store is open.</summary>
public sealed class ReconfigureTests
{
    private readonly StoreHome _home = new();

    [Fact]
    public void Reconfigure_SaveDebounce_CountsFromNowOn_AlsoForWhatIsUnsaved()
    {
        using var store = _home.Open();
        store.Set("k", 1);

        store.Reconfigure(Settings(options => options.SaveDebounce = TimeSpan.FromSeconds(1))).ShouldBeEmpty();
        _home.Clock.Advance(TimeSpan.FromSeconds(1));

        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public void Reconfigure_SaveDebounce_CanBeSwitchedOffAndOnAgain()
    {
        using var store = _home.Open();
        store.Reconfigure(Settings(options => options.SaveDebounce = Timeout.InfiniteTimeSpan));
        store.Set("k", 1);
        _home.Clock.Advance(TimeSpan.FromHours(1));
        _home.Snapshots().ShouldBeEmpty();

        store.Reconfigure(Settings());
        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        _home.Snapshots().Count.ShouldBe(1);

        store.Reconfigure(Settings(options => options.SaveDebounce = TimeSpan.Zero));
        store.Set("k", 2);
        _home.Snapshots().Count.ShouldBe(2);
    }

    [Fact]
    public void Reconfigure_TtlCleanupInterval_CountsFromNowOn()
    {
        using var store = _home.Open();
        store.Set("k", 1, TimeSpan.FromSeconds(1));

        store.Reconfigure(Settings(options => options.TtlCleanupInterval = TimeSpan.FromSeconds(2)));
        _home.Clock.Advance(TimeSpan.FromSeconds(2));
        store.EntriesInMemory.ShouldBe(0);

        store.Reconfigure(Settings(options => options.TtlCleanupInterval = TimeSpan.Zero));
        store.Set("k", 1, TimeSpan.FromSeconds(1));
        _home.Clock.Advance(TimeSpan.FromHours(1));
        store.EntriesInMemory.ShouldBe(1);
    }

    [Fact]
    public void Reconfigure_CompressionAndMaxSnapshots_CountWithTheNextSave()
    {
        using var store = _home.Open();
        for (var i = 0; i < 3; i++)
        {
            store.Set("k", i);
            store.Save();
        }

        store.Reconfigure(Settings(options => (options.Compression, options.MaxSnapshots) = (KvCompression.None, 2)));
        store.Set("k", 9);
        store.Save()!.FileName.ShouldEndWith(".msgpack");

        _home.Snapshots().Count.ShouldBe(2);
    }

    [Fact]
    public void Reconfigure_KeepHourlyAndKeepDaily_CountWithTheNextSave()
    {
        using var store = _home.Open();
        store.Reconfigure(Settings(options => (options.MaxSnapshots, options.KeepHourly, options.KeepDaily) = (1, 2, 2))).ShouldBeEmpty();
        for (var i = 0; i < 60; i++)
        {
            store.Set("k", i);
            store.Save();
            _home.Clock.Advance(TimeSpan.FromHours(1));
        }

        // The last two hours, and the last of yesterday beside today's, which is among them.
        _home.Snapshots().Count.ShouldBe(3);
        store.Reconfigure(Settings(options => options.MaxSnapshots = 1));
        store.Set("k", 60);
        store.Save();
        _home.Snapshots().Count.ShouldBe(1, "both are off again");
    }

    [Fact]
    public void Reconfigure_MaxValueBytes_CountsForTheNextWrite()
    {
        using var store = _home.Open();

        store.Reconfigure(Settings(options => options.MaxValueBytes = 10));

        Should.Throw<ArgumentException>(() => store.SetBytes("k", new byte[100]));
    }

    [Fact]
    public void Reconfigure_FlushInterval_CountsFromNowOn_AlsoForWhatIsUnflushed()
    {
        using var store = _home.Open(options => (options.Durability, options.FlushInterval) = (KvDurability.Process, TimeSpan.FromMinutes(1)));
        store.Set("k", 1);
        _home.Clock.Advance(TimeSpan.FromSeconds(5));
        store.GetStatistics().UnflushedCommits.ShouldBe(1);

        store.Reconfigure(Settings(options => options.FlushInterval = TimeSpan.FromSeconds(1))).ShouldBeEmpty();
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        store.GetStatistics().UnflushedCommits.ShouldBe(0);

        store.Reconfigure(Settings(options => options.FlushInterval = TimeSpan.FromSeconds(4)));
        store.Set("k", 2);
        _home.Clock.Advance(TimeSpan.FromSeconds(3));
        store.GetStatistics().UnflushedCommits.ShouldBe(1);
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        store.GetStatistics().UnflushedCommits.ShouldBe(0);
    }

    [Fact]
    public void Reconfigure_MaxJournalBytes_CountsFromTheNextWriteOn()
    {
        using var store = _home.Open(options => (options.Durability, options.SaveDebounce) = (KvDurability.Process, Timeout.InfiniteTimeSpan));
        for (var i = 0; i < 30; i++)
        {
            store.SetBytes("k", new byte[60_000]);
        }

        _home.Snapshots().ShouldBeEmpty();
        store.Reconfigure(Settings(options => (options.MaxJournalBytes, options.SaveDebounce) = (1 << 20, Timeout.InfiniteTimeSpan))).ShouldBeEmpty();
        store.GetStatistics().MaxJournalBytes.ShouldBe(1 << 20);
        store.Set("small", 1);

        _home.Snapshots().Count.ShouldBe(1, "more than three quarters of the new limit are taken");
        store.GetStatistics().JournalBytes.ShouldBeGreaterThan(1 << 20, "the segment that is written to stays");
        for (var i = 0; i < 200; i++)
        {
            store.SetBytes("k", new byte[60_000]);
        }

        store.GetStatistics().JournalBytes.ShouldBeLessThanOrEqualTo(1 << 20, "segments that were made before are filled, and then dropped");
    }

    [Fact]
    public void Reconfigure_DurabilityAndRecovery_NeedReopening()
    {
        using var store = _home.Open();

        store.Reconfigure(Settings(options => (options.Durability, options.Recovery) = (KvDurability.Disk, KvRecoveryMode.Strict))).ShouldBe(["Durability", "Recovery"]);

        store.GetStatistics().Durability.ShouldBe(KvDurability.Snapshot);
    }

    [Fact]
    public void OpenShared_TwoThatWantAnotherDurability_AreRefused()
    {
        using var first = _home.OpenShared(options => options.Durability = KvDurability.Disk, "one()");

        Should.Throw<KvStoreSettingsException>(() => _home.OpenShared(options => options.Durability = KvDurability.Process, "two()"))
            .Message.ShouldContain("Durability = Disk");
        using var silent = _home.OpenShared();
        silent.GetStatistics().Durability.ShouldBe(KvDurability.Disk, "what one of them states counts for all");
    }

    [Fact]
    public void Reconfigure_WhatNeedsReopening_IsNamedAndLeftAsItIs()
    {
        using var store = _home.Open();

        store.Reconfigure(Settings(options => (options.Path, options.Format, options.MaxSnapshotBytes, options.MaxSnapshots) = ("/elsewhere", KvFormat.Json, 1, 2)))
            .ShouldBe(["Path", "Format", "MaxSnapshotBytes"]);

        store.Format.ShouldBe(KvFormat.MessagePack);
        store.DirectoryPath.ShouldBe(StoreHome.Path);
    }

    [Fact]
    public void Reconfigure_AnotherFormat_WhileOthersHaveTheStoreOpen_IsNamedToo_AndTheRestCounts()
    {
        using var first = _home.OpenShared(options => options.TimeProvider = _home.Clock);
        using var second = _home.OpenShared();
        second.Set("k", 1);

        second.Reconfigure(Settings(options => (options.Format, options.SaveDebounce) = (KvFormat.Json, TimeSpan.FromSeconds(1)))).ShouldBe(["Format"]);
        _home.Clock.Advance(TimeSpan.FromSeconds(1));

        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public void Reconfigure_OutOfRange_IsRefused_AndNothingChanges()
    {
        using var store = _home.Open();
        store.Set("k", 1);

        Should.Throw<ArgumentException>(() => store.Reconfigure(Settings(options => (options.MaxSnapshots, options.SaveDebounce) = (0, TimeSpan.FromSeconds(1)))))
            .Message.ShouldContain("MaxSnapshots");

        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        _home.Snapshots().ShouldBeEmpty();
    }

    [Fact]
    public void Reconfigure_AgainstAnotherHandle_IsRefused_AndNothingChanges()
    {
        using var first = _home.OpenShared(options => (options.TimeProvider, options.SaveDebounce) = (_home.Clock, TimeSpan.FromSeconds(5)), "one()");
        using var second = _home.OpenShared(owner: "two()");
        second.Set("k", 1);

        Should.Throw<KvStoreSettingsException>(() => second.Reconfigure(Settings(options => options.SaveDebounce = TimeSpan.FromSeconds(1))))
            .Message.ShouldContain("SaveDebounce = 00:00:01");
        first.Reconfigure(Settings(options => options.SaveDebounce = TimeSpan.FromSeconds(2))).ShouldBeEmpty();

        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        _home.Snapshots().ShouldBeEmpty();
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public void Reconfigure_ClosedStore_IsRefused()
    {
        var store = _home.Open();
        store.Dispose();

        Should.Throw<ObjectDisposedException>(() => store.Reconfigure(Settings()));
        Should.Throw<ArgumentNullException>(() => store.Reconfigure(null!));
    }

    private SnapshotKvOptions Settings(Action<SnapshotKvOptions>? change = null)
    {
        var options = new SnapshotKvOptions { Path = StoreHome.Path, TimeProvider = _home.Clock };
        change?.Invoke(options);
        return options;
    }
}
