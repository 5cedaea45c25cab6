using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Diagnostics;

public sealed class KvStoreStatisticsTests
{
    private readonly StoreHome _home = new();

    [Fact]
    public void GetStatistics_NewStore_HasNothing()
    {
        using var store = _home.Open();

        var statistics = store.GetStatistics();

        statistics.ShouldBe(new KvStoreStatistics
        {
            Name = "default",
            Entries = 0,
            Version = (long)store.LastSequence,
            LastSnapshot = null,
            LastSavedAt = null,
            LastSaveDuration = null,
            FailedSaves = 0,
            LastSaveError = null,
            UnsavedSince = null,
            Watchers = 0,
            MissedByWatchers = 0,
            Durability = KvDurability.Snapshot,
            DurableVersion = (long)store.LastSequence,
            JournalBytes = 0,
            JournalUnusedBytes = 0,
            MaxJournalBytes = 1L << 30,
            Fault = null,
            WriteRefusal = null,
            Follower = null,
        });
        statistics.HasUnsavedChanges.ShouldBeFalse();
    }

    [Fact]
    public void GetStatistics_AfterASave_TellsWhenHowLongAndWhat()
    {
        using var store = _home.Open(options => options.Name = "shop");
        _home.Files.Before(operation => operation.Kind == FileOperationKind.Rename, _ => _home.Clock.Advance(TimeSpan.FromSeconds(3)));
        store.Set("k", 1);
        var begun = _home.Clock.GetUtcNow();
        store.GetStatistics().UnsavedSince.ShouldBe(begun);

        var snapshot = store.Save();

        var statistics = store.GetStatistics();
        statistics.Name.ShouldBe("shop");
        statistics.Entries.ShouldBe(1);
        statistics.Version.ShouldBe((long)store.LastSequence);
        statistics.LastSnapshot.ShouldBe(snapshot);
        statistics.LastSavedAt.ShouldBe(begun + TimeSpan.FromSeconds(3));
        statistics.LastSaveDuration.ShouldBe(TimeSpan.FromSeconds(3));
        statistics.HasUnsavedChanges.ShouldBeFalse();
    }

    [Fact]
    public void GetStatistics_Reopened_KnowsWhenTheProcessBeforeSaved()
    {
        using (var store = _home.Open())
        {
            store.Set("k", 1);
        }

        var saved = _home.Clock.GetUtcNow();
        _home.Clock.Advance(TimeSpan.FromHours(5));
        using var reopened = _home.Open();

        var statistics = reopened.GetStatistics();
        statistics.LastSavedAt.ShouldBe(saved);
        statistics.LastSaveDuration.ShouldBeNull();
        statistics.LastSnapshot.ShouldNotBeNull();
    }

    [Fact]
    public void GetStatistics_SavesThatFail_AreCountedUntilOneSucceeds_AskedAndTimedOnesAlike()
    {
        using var store = _home.Open();
        _home.Files.FailWhen(FileOperationKind.Rename, FileFault.NoSpace);
        store.Set("k", 1);
        var since = _home.Clock.GetUtcNow();
        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        store.GetStatistics().FailedSaves.ShouldBe(1, "the timed save");
        Should.Throw<KvStoreUnavailableException>(() => store.Save());

        var failing = store.GetStatistics();
        failing.FailedSaves.ShouldBe(2);
        failing.LastSaveError.ShouldBeOfType<KvStoreUnavailableException>();
        failing.UnsavedSince.ShouldBe(since);
        failing.LastSavedAt.ShouldBeNull();

        _home.Files.Heal();
        store.Save();
        var healed = store.GetStatistics();
        healed.FailedSaves.ShouldBe(0);
        healed.LastSaveError.ShouldBeNull();
        healed.HasUnsavedChanges.ShouldBeFalse();
    }

    [Fact]
    public void GetStatistics_ChangeDuringASave_WaitsSinceThatSaveBegan()
    {
        using var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Set("before", 1);
        _home.Clock.Advance(TimeSpan.FromMinutes(1));
        var begun = _home.Clock.GetUtcNow();
        var wrote = false;
        _home.Files.Before(operation => operation.Kind == FileOperationKind.Rename && !wrote, _ =>
        {
            wrote = true;
            _home.Clock.Advance(TimeSpan.FromSeconds(5));
            store.Set("during", 1);
        });

        store.Save();

        store.GetStatistics().UnsavedSince.ShouldBe(begun);
        store.Save();
        store.GetStatistics().UnsavedSince.ShouldBeNull();
    }

    [Fact]
    public void GetStatistics_WhatChangesNothing_IsNoUnsavedChange()
    {
        using var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Remove("not there").ShouldBeFalse();
        store.GetStatistics().HasUnsavedChanges.ShouldBeFalse();

        _home.Clock.Advance(TimeSpan.FromHours(1));
        store.Set("k", 1);
        store.GetStatistics().UnsavedSince.ShouldBe(_home.Clock.GetUtcNow());
    }

    [Fact]
    public void GetStatistics_SlidesAlone_AreNoUnsavedChange()
    {
        using var store = _home.Open();
        store.Set("k", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromHours(1) });
        store.Save();
        _home.Clock.Advance(TimeSpan.FromMinutes(2));
        store.TryGet<int>("k", out _).ShouldBeTrue();

        store.GetStatistics().HasUnsavedChanges.ShouldBeFalse();
    }

    [Fact]
    public void GetStatistics_DirectoryThatIsToBeRewritten_HasUnsavedChanges()
    {
        using (var store = _home.Open())
        {
            store.Set("k", 1);
        }

        using var converted = _home.Open(options => (options.Format, options.SaveDebounce) = (KvFormat.Json, Timeout.InfiniteTimeSpan));

        converted.GetStatistics().UnsavedSince.ShouldBe(_home.Clock.GetUtcNow());
    }

    [Fact]
    public void GetStatistics_MemoryOnly_NeverHasAnythingUnsaved()
    {
        using var store = _home.Open(options => options.Path = null);
        store.Set("k", 1);

        var statistics = store.GetStatistics();

        statistics.Entries.ShouldBe(1);
        statistics.HasUnsavedChanges.ShouldBeFalse();
        statistics.LastSavedAt.ShouldBeNull();
        store.GetAvailableBytes().ShouldBeNull();
    }

    [Fact]
    public void GetStatistics_ClosedStore_IsRefused()
    {
        var store = _home.Open();
        store.Dispose();

        Should.Throw<ObjectDisposedException>(() => store.GetStatistics());
        Should.Throw<ObjectDisposedException>(() => store.GetAvailableBytes());
    }

    [Fact]
    public void GetAvailableBytes_TellsWhatTheDiskTells()
    {
        _home.Disk.CapacityBytes = 1 << 20;
        using var store = _home.Open();

        store.GetAvailableBytes().ShouldBe(_home.Disk.GetAvailableBytes(StoreHome.Path));
    }

    [Fact]
    public void GetAvailableBytes_DiskThatDoesNotTell_IsATypedErrorThatNamesTheDirectory()
    {
        using var store = _home.Open();
        _home.Files.FailWhen(FileOperationKind.GetAvailableBytes, FileFault.InputOutput);

        Should.Throw<KvStoreUnavailableException>(() => store.GetAvailableBytes()).Message.ShouldContain(StoreHome.Path);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\nb")]
    [InlineData("a\u0000")]
    [InlineData("a\u202eb")]
    [InlineData("a\ud800")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public void Name_ThatIsNotPrintableOrTooLong_IsRefused(string name) =>
        new SnapshotKvOptions { Name = name }.GetErrors().ShouldHaveSingleItem().ShouldStartWith("Name must have 1 to 64 printable characters");

    [Theory]
    [InlineData(null)]
    [InlineData("a")]
    [InlineData("Sessions of the shop, Zürich 😀")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234")]
    public void Name_ThatCanBeShown_IsTaken(string? name) => new SnapshotKvOptions { Name = name }.GetErrors().ShouldBeEmpty();
}
