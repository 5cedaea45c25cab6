using SnapshotKv.Diagnostics;
using SnapshotKv.Engine;
using SnapshotKv.FileSystem;
using SnapshotKv.Testing;
using SnapshotKv.Tests.FileSystem;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Journal;

/// <summary>Somebody deletes the journal, or all of the store, while it is open: reads and writes go on, and from the next flush on nothing that was acknowledged can be lost.</summary>
public sealed class JournalRemovedTests
{
    [Theory]
    [InlineData("/data")]
    [InlineData("/data/journal")]
    public void Set_AtLevelProcess_IsSavedByTheNextFlush(string removed)
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        var store = home.OpenWithoutSaves();
        store.Set("before", 1);
        home.Disk.DeleteTree(removed);

        store.Set("meanwhile", 2);
        store.Read("before").ShouldBe(1);
        home.Clock.Advance(TimeSpan.FromSeconds(1));

        home.Log.Ids.Count(id => id == KvEventIds.JournalRemoved).ShouldBe(1);
        home.After(CrashKind.PowerCutLosingAll).ShouldBe(new() { ["before"] = 1, ["meanwhile"] = 2 });

        // The journal begins again, and is what it was: a kill takes nothing, a flush makes it safe.
        store.Set("after", 3);
        home.After(CrashKind.ProcessKilled).ShouldBe(new() { ["after"] = 3, ["before"] = 1, ["meanwhile"] = 2 });
        home.Clock.Advance(TimeSpan.FromSeconds(1));
        home.After(CrashKind.PowerCutLosingAll).ShouldBe(new() { ["after"] = 3, ["before"] = 1, ["meanwhile"] = 2 });
        store.Dispose();
        FailingJournal.Contents(home.Disk).Count.ShouldBe(3);
    }

    [Fact]
    public void Set_AfterTheJournalBeganAgain_IsNotSavedASecondTime()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        using var store = home.OpenWithoutSaves();
        store.Set("before", 1);
        home.Disk.DeleteTree("/data/journal");
        store.Set("meanwhile", 2);
        home.Clock.Advance(TimeSpan.FromSeconds(1));
        home.Snapshots().Count.ShouldBe(1);

        for (var i = 0; i < 5; i++)
        {
            store.Set("after", i);
            home.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        home.Snapshots().Count.ShouldBe(1);
        home.Names("journal").Count.ShouldBe(1);
        home.Log.Ids.Count(id => id == KvEventIds.JournalRemoved).ShouldBe(1);
    }

    [Fact]
    public void Set_RemovedWhileSnapshotsAreWatched_TellsTheWatcherWhereItMayWrite()
    {
        var scheduler = new HeldScheduler();
        var home = new StoreHome { Durability = KvDurability.Disk, Scheduler = scheduler };
        using var store = home.OpenWithoutSaves();
        store.Set("before", 1);
        var told = 0;
        using var watch = store.WatchSnapshots("", _ =>
        {
            told++;
            store.Set("told", told);
        });
        home.Disk.DeleteTree("/data/journal");

        // The save is part of the flush that this write waits for, and the watcher's write waits for a flush.
        store.Set("meanwhile", 2);
        told.ShouldBe(0);
        scheduler.RunAll();

        told.ShouldBe(1);
        home.After(CrashKind.PowerCutLosingAll).ShouldBe(new() { ["before"] = 1, ["meanwhile"] = 2, ["told"] = 1 });
    }

    [Theory]
    [InlineData("/data")]
    [InlineData("/data/journal")]
    public async Task Set_AtLevelDisk_ReturnsWhenItIsSaved(string removed)
    {
        var home = new StoreHome { Durability = KvDurability.Disk };
        await using var store = home.OpenWithoutSaves();
        store.Set("before", 1);
        home.Disk.DeleteTree(removed);

        store.Set("sync", 2);
        home.After(CrashKind.PowerCutLosingAll).ShouldBe(new() { ["before"] = 1, ["sync"] = 2 });

        if (home.Disk.DirectoryExists(removed))
        {
            home.Disk.DeleteTree(removed);
        }

        await store.SetAsync("async", 3, cancellationToken: TestContext.Current.CancellationToken);
        home.After(CrashKind.PowerCutLosingAll).ShouldBe(new() { ["async"] = 3, ["before"] = 1, ["sync"] = 2 });
    }

    [Theory]
    [InlineData("/data", KvDurability.Snapshot)]
    [InlineData("/data", KvDurability.Process)]
    [InlineData("/data/journal", KvDurability.Process)]
    public void Set_FirstAfterTheOpeningIntoADirectoryThatIsGone_SavesWhatTheJournalBuildsOn(string removed, KvDurability before)
    {
        // What is found at the opening lies in a snapshot, and at the level of the journal in segments as well: a new segment alone would be a journal without a beginning.
        var disk = Abandoned(before);
        var home = new StoreHome(disk) { Durability = KvDurability.Process };
        using var store = home.OpenWithoutSaves();
        home.Disk.DeleteTree(removed);

        store.Set("after", 3);
        home.Clock.Advance(TimeSpan.FromSeconds(1));

        home.After(CrashKind.PowerCutLosingAll).ShouldBe(new() { ["after"] = 3, ["before"] = 1 });
        store.Set("later", 4, new KvEntryOptions { Durability = KvDurability.Disk });
        home.After(CrashKind.PowerCutLosingAll).Keys.ShouldBe(["after", "before", "later"]);
        home.Log.Ids.Count(id => id == KvEventIds.JournalRemoved).ShouldBe(1);
    }

    [Fact]
    public void Set_FirstIntoAJournalThatWasNeverThere_SavesNothing()
    {
        var home = new StoreHome(Abandoned(KvDurability.Snapshot)) { Durability = KvDurability.Process };
        using var store = home.OpenWithoutSaves();
        var snapshots = home.Snapshots().Count;

        store.Set("after", 3);
        home.Clock.Advance(TimeSpan.FromSeconds(1));

        home.Snapshots().Count.ShouldBe(snapshots);
        home.Log.Ids.ShouldNotContain(KvEventIds.JournalRemoved);
    }

    [Fact]
    public void Set_RemovedAndTheSaveRefused_EndsWritesAndReadsGoOn()
    {
        var home = new StoreHome { Durability = KvDurability.Disk };
        var store = home.OpenWithoutSaves();
        store.Set("before", 1);
        home.Disk.DeleteTree("/data");
        home.Files.FailWhen(operation => operation.Kind is FileOperationKind.CreateDirectory or FileOperationKind.CreateNew or FileOperationKind.Lock, FileFault.AccessDenied);

        Should.Throw<KvStoreException>(() => store.Set("meanwhile", 2));

        store.Read("before").ShouldBe(1);
        Should.Throw<KvStoreException>(() => store.Set("later", 3));
        home.Files.Heal();
        store.Dispose();
        FailingJournal.Contents(home.Disk)["before"].ShouldBe(1);
    }

    [Theory]
    [InlineData(KvDurability.Process)]
    [InlineData(KvDurability.Disk)]
    public void Set_RealDirectoryRemoved_GoesOnAndIsFoundAgain(KvDurability durability)
    {
        using var directory = new TemporaryDirectory();
        var (path, clock) = (Path.Join(directory.Path, "data"), new ManualTimeProvider());
        using (var store = Open())
        {
            store.Set("before", 1);
            Directory.Delete(path, recursive: true);
            store.Set("meanwhile", 2);
            clock.Advance(TimeSpan.FromSeconds(1));
            Directory.EnumerateFiles(Path.Join(path, "snapshots")).Count().ShouldBe(1);
            store.Set("after", 3);
            Directory.EnumerateFiles(Path.Join(path, "journal")).Count().ShouldBe(1);

            Directory.Delete(Path.Join(path, "journal"), recursive: true);
            store.Set("again", 4);
            clock.Advance(TimeSpan.FromSeconds(1));
            store.Read("before").ShouldBe(1);
        }

        using var reopened = Open();
        reopened.GetKeys().ShouldBe(["after", "again", "before", "meanwhile"]);

        KvStore Open() => KvStore.Open(
            new SnapshotKvOptions { Path = path, TimeProvider = clock, Durability = durability, SaveDebounce = Timeout.InfiniteTimeSpan },
            new StoreEnvironment(PhysicalFileSystem.Instance, new InlineScheduler()));
    }

    /// <summary>A disk with a store that was never closed, in which one key was set.</summary>
    private static InMemoryFileSystem Abandoned(KvDurability durability)
    {
        var home = new StoreHome { Durability = durability };
        home.OpenWithoutSaves().Set("before", 1, new KvEntryOptions { Durability = KvDurability.Disk });
        return home.Disk.CrashImage(CrashKind.PowerCutLosingAll);
    }
}
