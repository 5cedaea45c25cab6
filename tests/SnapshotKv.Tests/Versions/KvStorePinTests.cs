using SnapshotKv.Diagnostics;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Versions;

/// <summary>Pinned snapshots, and what is told of each, through the store.</summary>
public sealed class KvStorePinTests
{
    private readonly StoreHome _home = new();

    public static TheoryData<string> Forms() => ["msgpack", "msgpack.gz", "json", "json.gz"];

    [Fact]
    public void Pin_OldSnapshot_SurvivesRetentionAndReopeningUntilItIsUnpinned()
    {
        using (var store = _home.Open())
        {
            var first = SaveVersion(store, 1);
            store.Pin(first.FileName, "first").ShouldSatisfyAllConditions(
                info => info.PinnedNames.ShouldBe(["first"]),
                info => info.ShouldBe(first, "it is the same file"),
                info => info.Entries.ShouldBe(1));
            store.Save()!.PinnedNames.ShouldBe(["first"], "there was nothing to save");
            SaveVersions(store, 2, 9);
            store.ListSnapshots().Count.ShouldBe(6, "five, and the pinned one");
        }

        using (var store = _home.Open())
        {
            SaveVersions(store, 10, 19);
            using (var view = store.OpenSnapshot("first"))
            {
                VersionIn(view).ShouldBe(1);
                view.Snapshot.PinnedNames.ShouldBe(["first"]);
            }

            store.Unpin("first").ShouldBeTrue();
            store.ListSnapshots().Count.ShouldBe(6, "the next save deletes it");
            SaveVersions(store, 20, 20);
            store.ListSnapshots().Count.ShouldBe(5);
            Should.Throw<KvSnapshotException>(() => store.OpenSnapshot("first")).Reason.ShouldBe(KvSnapshotProblem.NotFound);
        }
    }

    [Fact]
    public void Pin_MemoryOnlyAndClosedStores_AreRefused()
    {
        using var memory = KvStore.Open((string?)null);
        Should.Throw<NotSupportedException>(() => memory.Pin("a", "n"));
        Should.Throw<NotSupportedException>(() => memory.Unpin("n"));
        memory.Protect("session:");
        memory.ListSnapshots().ShouldBeEmpty();

        var store = _home.Open();
        store.Dispose();
        Should.Throw<ObjectDisposedException>(() => store.Pin("a", "n"));
        Should.Throw<ObjectDisposedException>(() => store.Unpin("n"));
        Should.Throw<ObjectDisposedException>(() => store.Protect("p"));
        Should.Throw<ObjectDisposedException>(() => store.ListSnapshots());
    }

    [Fact]
    public void Pin_NoArguments_AreRefused()
    {
        using var store = _home.Open();

        Should.Throw<ArgumentException>(() => store.Pin("", "n"));
        Should.Throw<ArgumentNullException>(() => store.Pin(null!, "n"));
        Should.Throw<ArgumentNullException>(() => store.Pin("a", null!));
        Should.Throw<ArgumentException>(() => store.Unpin(""));
        Should.Throw<ArgumentNullException>(() => store.Protect(null!));
        Should.Throw<ArgumentException>(() => store.Protect("\ud800")).ParamName.ShouldNotBeNull();
        _home.Disk.FileExists("/data/history.json").ShouldBeFalse("a store that notes nothing has no such file");
    }

    [Fact]
    public void Pin_WithABlob_KeepsItUntilTheSnapshotIsGone()
    {
        using var store = _home.Open();
        store.SetBlob("k", "v", new byte[] { 1, 2, 3 });
        var pinned = store.Pin(store.Save()!.FileName, "with-blob");
        store.Remove("k");
        SaveVersions(store, 1, 10);

        _home.BlobFiles().Count.ShouldBe(1);
        using (var view = store.OpenSnapshot(pinned.FileName))
        {
            view.GetBlob("k").ShouldBe(new byte[] { 1, 2, 3 });
        }

        store.Unpin("with-blob");
        SaveVersions(store, 11, 11);
        _home.BlobFiles().ShouldBeEmpty();
    }

    [Fact]
    public async Task Pin_WhileASnapshotIsBeingPruned_NeverNamesWhatIsGone()
    {
        using var store = _home.Open(options => options.MaxSnapshots = 1);
        var oldest = SaveVersion(store, 1).FileName;
        var pinning = Task.CompletedTask;

        // The pin comes when the file is about to be deleted: it must wait for that, and then find nothing.
        _home.Files.Before(
            operation => operation.Kind == FileOperationKind.Delete && operation.Path.EndsWith(oldest, StringComparison.Ordinal),
            _ => pinning = Task.Run(() => Should.Throw<KvSnapshotException>(() => store.Pin(oldest, "late"))));
        SaveVersion(store, 2);

        await pinning.WaitAsync(TestContext.Current.CancellationToken);
        store.ListSnapshots().ShouldHaveSingleItem().PinnedNames.ShouldBeEmpty();
    }

    [Fact]
    public void Pin_DirectoryRemovedUnderTheStore_IsDroppedAndTold()
    {
        using var store = _home.Open();
        store.Pin(SaveVersion(store, 1).FileName, "n");
        store.Protect("session:");
        _home.Disk.DeleteTree("/data");

        SaveVersion(store, 2);

        _home.Log.Ids.ShouldContain(KvEventIds.PinnedSnapshotGone);
        store.ListSnapshots().ShouldHaveSingleItem().PinnedNames.ShouldBeEmpty();
        _home.Disk.FileExists("/data/history.json").ShouldBeTrue("what is protected stays so");
    }

    [Fact]
    public void Pin_DirectoryRemovedUnderTheStoreAndNothingProtected_LeavesNoFile()
    {
        using var store = _home.Open();
        store.Pin(SaveVersion(store, 1).FileName, "n");
        _home.Disk.DeleteTree("/data");

        SaveVersion(store, 2);

        _home.Disk.FileExists("/data/history.json").ShouldBeFalse("there is nothing to be noted");
        store.Unpin("n").ShouldBeFalse();
        store.Pin(SaveVersion(store, 3).FileName, "n").PinnedNames.ShouldBe(["n"]);
        _home.Disk.FileExists("/data/history.json").ShouldBeTrue();
    }

    [Fact]
    public void Open_PinnedSnapshotDeletedByGo_IsToldAndTheRestStays()
    {
        using (var store = _home.Open())
        {
            store.Pin(SaveVersion(store, 1).FileName, "n");
            SaveVersions(store, 2, 2);
        }

        _home.Disk.Delete($"/data/snapshots/{_home.Snapshots()[0]}");
        using var again = _home.Open();
        _home.Log.Ids.ShouldContain(KvEventIds.PinnedSnapshotGone);
        again.Unpin("n").ShouldBeFalse();
        VersionIn(again).ShouldBe(2);
    }

    [Fact]
    public void Open_DamagedHistory_StrictRefusesAndLastGoodPinsAll()
    {
        using (var store = _home.Open())
        {
            SaveVersions(store, 1, 3);
            store.Pin(store.ListSnapshots()[2].FileName, "n");
        }

        var bytes = _home.ReadFile("history.json");
        bytes[20] ^= 1;
        _home.WriteFile("history.json", bytes);

        var refusal = Should.Throw<KvStoreCorruptedException>(() => _home.Open(options => options.Recovery = KvRecoveryMode.Strict));
        refusal.File.ShouldBe("/data/history.json");
        refusal.Message.ShouldContain("Nothing was changed");
        _home.ReadFile("history.json").ShouldBe(bytes);

        using (var store = _home.Open())
        {
            store.RecoveryReport.HistoryProblem!.MovedTo.ShouldBe("/data/quarantine/history.json");
            store.RecoveryReport.HasLostCommits.ShouldBeFalse();
            _home.Log.Ids.ShouldContain(KvEventIds.HistoryDamaged);
            SaveVersions(store, 4, 13);
            store.ListSnapshots().Where(info => info.PinnedNames.Count > 0).Select(info => info.PinnedNames[0]).ShouldBe(["recovered-1", "recovered-2", "recovered-3"]);
        }

        using (var store = _home.Open(options => options.Recovery = KvRecoveryMode.Strict))
        {
            store.RecoveryReport.HistoryProblem.ShouldBeNull();
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void ListSnapshots_OurFiles_TellEverything(string form)
    {
        var begun = _home.Clock.GetUtcNow();
        void Configure(SnapshotKvOptions options)
        {
            options.Format = form.StartsWith("json", StringComparison.Ordinal) ? KvFormat.Json : KvFormat.MessagePack;
            options.Compression = form.EndsWith("gz", StringComparison.Ordinal) ? KvCompression.Gzip : KvCompression.None;
        }

        using (var store = _home.Open(Configure))
        {
            store.Set("a", 1);
            store.Set("b", 2);
            var saved = store.Save()!;
            ShouldTell(saved, 2, KvSaveReason.Requested);
            store.Set("c", 3);
            _home.Clock.Advance(TimeSpan.FromSeconds(10));
            ShouldTell(store.ListSnapshots()[0], 3, KvSaveReason.Timer);
            store.Set("d", 3);
        }

        using (var store = _home.Open(Configure))
        {
            var list = store.ListSnapshots();
            list.Select(info => info.Entries).ShouldBe([4, 3, 2]);
            list.Select(info => info.Version).ShouldBeInOrder(SortDirection.Descending);
            ShouldTell(list[0], 4, KvSaveReason.Closing);
            ShouldTell(store.RecoveryReport.LoadedSnapshot!, 4, KvSaveReason.Closing);
        }

        void ShouldTell(SnapshotInfo info, long entries, KvSaveReason reason)
        {
            info.FileName.ShouldEndWith("." + form);
            info.Entries.ShouldBe(entries);
            info.Reason.ShouldBe(reason);
            info.Format.ShouldBe(form.StartsWith("json", StringComparison.Ordinal) ? KvFormat.Json : KvFormat.MessagePack);
            info.CreatedAt!.Value.ShouldBeInRange(begun, _home.Clock.GetUtcNow());
            info.Version.ShouldNotBeNull();
            info.Problem.ShouldBeNull();
        }
    }

    [Fact]
    public void ListSnapshots_Again_ReadsNoFileTwice()
    {
        using (var store = _home.Open())
        {
            SaveVersions(store, 1, 5);
        }

        using var again = _home.Open();
        again.ListSnapshots();
        var opened = OpenedSnapshots();
        again.ListSnapshots().Count.ShouldBe(5);
        SaveVersion(again, 6);
        again.ListSnapshots().Select(info => info.Entries).ShouldAllBe(entries => entries == 1);
        OpenedSnapshots().ShouldBe(opened);

        int OpenedSnapshots() => _home.Files.Trace.Count(operation => operation.Kind == FileOperationKind.OpenRead && operation.Path.Contains("/snapshots/", StringComparison.Ordinal));
    }

    [Fact]
    public void ListSnapshots_DamagedForeignAndUnreadableOnes_SayWhatIsWrong()
    {
        using var store = _home.Open();
        _home.WriteFile("snapshots/data-20200101-000000-0000.msgpack", "nonsense"u8.ToArray());
        _home.WriteFile("snapshots/data-20200102-000000-0000.custom", "nonsense"u8.ToArray());
        SaveVersion(store, 1);
        _home.Files.FailWhen(operation => operation.Kind == FileOperationKind.OpenRead && operation.Path.Contains("20200103", StringComparison.Ordinal), FileFault.InputOutput);
        _home.WriteFile("snapshots/data-20200103-000000-0000.json", "{}"u8.ToArray());

        var list = store.ListSnapshots();

        list.Count.ShouldBe(4);
        list[0].Problem.ShouldBeNull();
        list[1].Problem!.ShouldContain("Input/output error");
        list[2].Problem!.ShouldContain("codec 'custom'");
        list[3].Problem!.ShouldContain("neither a JSON object nor a MessagePack map");
        list[3].Format.ShouldBeNull();
        list[3].Reason.ShouldBe(KvSaveReason.Unknown);
    }

    [Fact]
    public void ListSnapshots_GosFiles_TellWhatTheirBeginningsSay()
    {
        foreach (var fixture in (string[])["minimal", "json-uncompressed", "v1-json", "v020-strings-only", "all-types"])
        {
            var home = new StoreHome();
            Fixtures.CopyTo(fixture, home.Disk, "/data");
            using var store = home.Open();

            var info = store.ListSnapshots()[^1];

            info.Problem.ShouldBeNull(fixture);
            info.Version.ShouldBeNull(fixture);
            info.Reason.ShouldBe(KvSaveReason.Unknown);
            info.CreatedAt.ShouldNotBeNull(fixture);
            if (info.Format == KvFormat.MessagePack)
            {
                info.Entries.ShouldNotBeNull(fixture).ShouldBeGreaterThan(0);
            }
        }
    }

    [Fact]
    public void Save_JournalNearlyFull_SaysSo()
    {
        var home = new StoreHome { Durability = KvDurability.Process, SegmentSizes = new(64 << 10, 128 << 10) };
        using var store = home.Open(options => (options.MaxJournalBytes, options.SaveDebounce) = (1 << 20, Timeout.InfiniteTimeSpan));
        for (var i = 0; i < 40; i++)
        {
            store.SetBytes("k", new byte[30_000]);
        }

        store.ListSnapshots()[0].Reason.ShouldBe(KvSaveReason.Journal);
    }

    [Fact]
    public void SnapshotInfo_Equality_IsOfTheFile()
    {
        var one = new SnapshotInfo("data", 1, default, 0);

        (one with { Entries = 3, PinnedNames = ["n"] }).ShouldBe(one);
        (one with { Entries = 3 }).GetHashCode().ShouldBe(one.GetHashCode());
        (one with { SizeBytes = 2 }).ShouldNotBe(one);
        (one with { FileName = "other" }).ShouldNotBe(one);
        one.Equals(null).ShouldBeFalse();
    }

    private static int VersionIn(IKvStore store) => store.TryGet<int>("k", out var version) ? version : 0;

    private static SnapshotInfo SaveVersion(KvStore store, int number)
    {
        store.Set("k", number);
        return store.Save()!;
    }

    private static void SaveVersions(KvStore store, int first, int last)
    {
        for (var i = first; i <= last; i++)
        {
            SaveVersion(store, i);
        }
    }
}
