using SnapshotKv.Diagnostics;
using SnapshotKv.Format;
using SnapshotKv.Snapshots;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Snapshots;

public sealed class SnapshotHistoryTests
{
    private const string First = "data-20260101-000000-0000.msgpack", Second = "data-20260102-000000-0000.msgpack.gz", Third = "data-20260103-000000-0000.json";
    private const string FilePath = "/store/history.json";

    private readonly InMemoryFileSystem _disk = SnapshotFiles.NewFileSystem();
    private readonly FaultInjectingFileSystem _files;
    private readonly ManualTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 14, 30, 22, TimeSpan.Zero));
    private readonly CollectingLogger _log = new();
    private readonly SnapshotCatalog _catalog;
    private SnapshotHistory _history;

    public SnapshotHistoryTests()
    {
        _files = new(_disk);
        _catalog = new(_files, "/store");
        foreach (var name in (string[])[First, Second, Third])
        {
            _disk.Put(_catalog.GetPath(name), [1]);
        }

        _disk.FlushDirectory(_catalog.DirectoryPath);

        _history = Load();
    }

    public static TheoryData<string> BadNames() => ["", ".", ".hidden", "a b", "a/b", "..\\x", "ä", "a\n", new string('n', 101), First, "data-20260101-000000-0000.custom", "con:"];

    [Fact]
    public void Pin_ByFileAndByName_IsThereAgainAfterLoading()
    {
        _history.Pin(First, "one").FileName.ShouldBe(First);
        _history.Pin("one", "also-one").FileName.ShouldBe(First);
        _history.Pin(Second, new string('n', 100));
        _history.Pin(First, "one").FileName.ShouldBe(First, "it has the name already");

        foreach (var history in (SnapshotHistory[])[_history, Load()])
        {
            history.NamesOf(First).ShouldBe(["also-one", "one"]);
            history.IsHeld(Second).ShouldBeTrue();
            history.IsHeld(Third).ShouldBeFalse();
            history.Resolve("also-one").FileName.ShouldBe(First);
            history.Resolve(Third).FileName.ShouldBe(Third);
        }
    }

    [Theory]
    [MemberData(nameof(BadNames))]
    public void Pin_NameThatCannotBeOne_IsRefused(string name)
    {
        Should.Throw<ArgumentException>(() => _history.Pin(First, name));

        _disk.FileExists(FilePath).ShouldBeFalse();
    }

    [Theory]
    [InlineData("data-20270101-000000-0000.msgpack")]
    [InlineData("../snapshots/" + First)]
    [InlineData("data-20260101-000000-0000.msgpack.tmp")]
    [InlineData("no such name")]
    public void Resolve_WhatIsNone_IsRefused(string snapshot)
    {
        var exception = Should.Throw<KvSnapshotException>(() => _history.Resolve(snapshot));

        exception.Reason.ShouldBe(KvSnapshotProblem.NotFound);
        exception.Snapshot.ShouldBe(snapshot);
        Should.Throw<KvSnapshotException>(() => _history.Pin(snapshot, "n")).Reason.ShouldBe(KvSnapshotProblem.NotFound);
    }

    [Fact]
    public void Pin_NameOfAnother_IsRefused()
    {
        _history.Pin(First, "n");

        Should.Throw<KvSnapshotException>(() => _history.Pin(Second, "n")).Reason.ShouldBe(KvSnapshotProblem.NameTaken);
        _history.NamesOf(Second).ShouldBeEmpty();
    }

    [Fact]
    public void Pin_MoreNamesThanMayBe_IsRefused()
    {
        for (var i = 0; i < SnapshotHistory.MostPins; i++)
        {
            _history.Pin(First, $"n{i}");
        }

        Should.Throw<KvSnapshotException>(() => _history.Pin(First, "one-too-many")).Reason.ShouldBe(KvSnapshotProblem.TooMany);
        _history.Unpin("n0").ShouldBeTrue();
        _history.Pin(First, "has-room-again");
    }

    [Fact]
    public void Unpin_NameAndNone_TellsWhich()
    {
        _history.Pin(First, "n");

        _history.Unpin("n").ShouldBeTrue();
        _history.Unpin("n").ShouldBeFalse();
        _history.Unpin(First).ShouldBeFalse();
        Load().IsHeld(First).ShouldBeFalse();
    }

    [Fact]
    public void ReleaseOldAutomaticPins_MoreThanAreKept_OldestGo()
    {
        _history.Pin(Third, "before-restore-mine");
        string[] names = [.. Enumerable.Range(0, 7).Select(i =>
        {
            var name = _history.PinBeforeRestore(i % 2 == 0 ? First : Second);
            _history.NamesOf(First).Concat(_history.NamesOf(Second)).Count().ShouldBe(Math.Min(i + 1, 6), "none goes before the restore is committed");
            _history.ReleaseOldAutomaticPins();
            return name;
        })];

        names[0].ShouldBe("before-restore-20260301-143022");
        names[1].ShouldBe("before-restore-20260301-143022-2");
        names[6].ShouldBe("before-restore-20260301-143022", "the name was free again");
        Load().NamesOf(First).Concat(Load().NamesOf(Second)).ShouldBe(names[2..], ignoreOrder: true);
        _history.NamesOf(Third).ShouldBe(["before-restore-mine"]);
    }

    [Fact]
    public void Prune_PinnedAndHeld_AreKept()
    {
        _history.Pin(First, "n");
        _history.Hold(Second, 7);

        _history.Prune(new(1, 0, 0)).ShouldBeEmpty();
        _history.ReleaseHolds(7);
        _history.Prune(new(1, 0, 0)).ShouldBe([Second]);
        _history.Unpin("n");
        _history.Prune(new(1, 0, 0)).ShouldBe([First]);
    }

    [Fact]
    public void Hold_InProgressThenNumbered_IsKeptUntilTheJournalIsPastIt()
    {
        _history.Hold(First, SnapshotHistory.InProgress);
        _history.ReleaseHolds(ulong.MaxValue);
        _history.IsHeld(First).ShouldBeTrue("its frame has no number yet");

        _history.Hold(First, 20);
        _history.Hold(First, SnapshotHistory.InProgress);
        _history.AbandonHold(First);
        _history.ReleaseHolds(19);
        _history.IsHeld(First).ShouldBeTrue();
        Load().IsHeld(First).ShouldBeTrue();
        _history.ReleaseHolds(20);
        _history.IsHeld(First).ShouldBeFalse();
        Load().IsHeld(First).ShouldBeFalse();
    }

    [Fact]
    public void Hold_InProgressWhenTheProcessEnded_GetsTheNumberOfTheOpening()
    {
        _history.Hold(First, SnapshotHistory.InProgress);
        _history = Load();

        _history.TakePossession(30);

        _history.ReleaseHolds(29);
        _history.IsHeld(First).ShouldBeTrue();
        _history.ReleaseHolds(30);
        _history.IsHeld(First).ShouldBeFalse();
    }

    [Fact]
    public void Hold_InProgressTwice_IsOneAndTheFirstsToAbandon()
    {
        _history.Hold(First, SnapshotHistory.InProgress).ShouldBeTrue();
        var written = _history.IsHeld(First);

        for (var i = 0; i < 2; i++)
        {
            _history.Hold(First, SnapshotHistory.InProgress).ShouldBeFalse();
        }

        written.ShouldBeTrue();
        _history.AbandonHold(First);
        Load().IsHeld(First).ShouldBeFalse();
    }

    [Fact]
    public void Hold_SnapshotThatIsGone_IsRefused() =>
        Should.Throw<KvSnapshotException>(() => _history.Hold("data-20270101-000000-0000.msgpack", SnapshotHistory.InProgress)).Reason.ShouldBe(KvSnapshotProblem.NotFound);

    [Fact]
    public void Protect_OverlappingPrefixes_KeepsTheWidest()
    {
        _history.Protect("session:a:");
        _history.Protect("keys:");
        _history.Protect("session:");
        _history.Protect("session:b:");
        _history.Protect("ä\0");

        _history.ProtectedPrefixes.ShouldBe(["keys:", "session:", "ä\0"]);
        Load().ProtectedPrefixes.ShouldBe(["keys:", "session:", "ä\0"]);
    }

    [Fact]
    public void Protect_MoreThanMayBe_IsRefused()
    {
        for (var i = 0; i < 4; i++)
        {
            _history.Protect($"{i}{new string('p', 60_000)}");
        }

        Should.Throw<KvSnapshotException>(() => _history.Protect(new string('q', 60_000))).Reason.ShouldBe(KvSnapshotProblem.TooMany);
        _history.ProtectedPrefixes.Count.ShouldBe(4);
    }

    [Theory]
    [InlineData("nospace")]
    [InlineData("denied")]
    [InlineData("after the fact")]
    public void Pin_DiskThatRefusesEachOperation_ChangesNothing(string kind)
    {
        var fault = kind switch { "nospace" => FileFault.NoSpace.AfterWriting(7), "denied" => FileFault.AccessDenied, _ => FileFault.InputOutput.AfterTheFact() };
        _history.Pin(First, "n");
        var before = _disk.Take(FilePath);
        var first = _files.OperationCount + 1;
        _history.Pin(Second, "probe");
        _history.Unpin("probe");
        var each = (_files.OperationCount - first + 1) / 2;
        for (var i = 0; i <= each; i++)
        {
            _files.FailAt(_files.OperationCount + 1 + i, fault);
            var refused = false;
            try
            {
                _history.Pin(Second, "m");
            }
            catch (KvStoreUnavailableException)
            {
                refused = true;
            }

            _files.Heal();
            _history.NamesOf(Second).ShouldBe(refused ? [] : ["m"]);
            _history.ReleaseHolds(0);
            Load().NamesOf(Second).ShouldBe(refused ? [] : ["m"], $"{kind} at operation {i}");
            _history.Unpin("m").ShouldBe(!refused);
            _disk.Take(FilePath).ShouldBe(before);
            _disk.FileExists(FilePath + ".tmp").ShouldBeFalse();
        }
    }

    [Fact]
    public void Unpin_FullDisk_ChangesNothing()
    {
        _history.Pin(First, "n");
        _files.FailWhen(FileOperationKind.CreateNew, FileFault.NoSpace);

        Should.Throw<KvStoreUnavailableException>(() => _history.Unpin("n")).Message.ShouldContain("Nothing was changed");

        _history.NamesOf(First).ShouldBe(["n"]);
        Load().NamesOf(First).ShouldBe(["n"]);
    }

    [Fact]
    public void Protect_FullDisk_CountsAtOnceAndIsWrittenLater()
    {
        _files.FailWhen(FileOperationKind.CreateNew, FileFault.NoSpace);

        _history.Protect("session:");

        _history.ProtectedPrefixes.ShouldBe(["session:"]);
        _log.Ids.ShouldContain(KvEventIds.HistoryNotWritten);
        Load().ProtectedPrefixes.ShouldBeEmpty();
        _files.Heal();
        _history.ReleaseHolds(0);
        Load().ProtectedPrefixes.ShouldBe(["session:"]);
    }

    [Fact]
    public void Close_WhoeverComesLate_WritesNothing()
    {
        _history.Pin(First, "n");
        var before = _files.Trace.Count(operation => operation.IsChange);
        _history.Close();

        Should.Throw<ObjectDisposedException>(() => _history.Pin(Second, "m"));
        Should.Throw<ObjectDisposedException>(() => _history.Unpin("n"));
        Should.Throw<ObjectDisposedException>(() => _history.Protect("session:"));
        _files.Trace.Count(operation => operation.IsChange).ShouldBe(before);
    }

    [Fact]
    public void Load_PinnedSnapshotThatIsGone_IsDroppedAndTold()
    {
        _history.Pin(First, "n");
        _history.Pin(Second, "m");
        _history.Hold(First, 3);
        _disk.Delete(_catalog.GetPath(First));

        var history = Load();

        history.NamesOf(First).ShouldBeEmpty();
        history.IsHeld(First).ShouldBeFalse();
        history.NamesOf(Second).ShouldBe(["m"]);
        history.Pin(Third, "n").FileName.ShouldBe(Third, "the name is free again");
        _log.Entries.ShouldHaveSingleItem().Id.ShouldBe(KvEventIds.PinnedSnapshotGone);
    }

    [Fact]
    public void Load_EveryByteFlippedAndEveryTruncation_NoPinIsLostAndTheDamageIsReported()
    {
        _history.Pin(First, "n");
        _history.Protect("session:");
        var good = _disk.Take(FilePath);
        for (var i = 0; i < 2 * good.Length; i++)
        {
            var bytes = good.ToArray();
            if (i < good.Length)
            {
                bytes[i] ^= 0x10;
            }

            Replace(i < good.Length ? bytes : bytes[..(i - good.Length)]);

            var exception = Should.Throw<KvStoreCorruptedException>(() => Load(KvRecoveryMode.Strict), $"byte {i}");
            exception.File.ShouldBe(FilePath);
            var history = Load();
            history.Problem!.FileName.ShouldBe("history.json");
            (history.NamesOf(Third)[0], history.NamesOf(Second)[0], history.NamesOf(First)[0]).ShouldBe(("recovered-1", "recovered-2", "recovered-3"));
        }
    }

    [Fact]
    public void TakePossession_DamagedFile_IsSetAsideAndReplaced()
    {
        Replace("nonsense"u8.ToArray());
        _history = Load();
        _disk.Take(FilePath).ShouldBe("nonsense"u8.ToArray(), "loading changes nothing");

        _history.TakePossession(1);

        _history.Problem!.MovedTo.ShouldBe("/store/quarantine/history.json");
        _disk.Take("/store/quarantine/history.json").ShouldBe("nonsense"u8.ToArray());
        _log.Ids.ShouldContain(KvEventIds.HistoryDamaged);
        var next = Load(KvRecoveryMode.Strict);
        next.Problem.ShouldBeNull();
        next.NamesOf(Second).ShouldBe(["recovered-2"]);
    }

    [Fact]
    public void TakePossession_CrashAtEachOperation_NoPinIsLost()
    {
        Replace("nonsense"u8.ToArray());
        var before = _files.OperationCount;
        _history = Load();
        _history.TakePossession(1);
        var last = _files.OperationCount;
        last.ShouldBeGreaterThan(before + 8);
        for (var cut = 1; cut <= last - before; cut++)
        {
            foreach (var kind in Enum.GetValues<CrashKind>())
            {
                var home = new SnapshotHistoryTests();
                home.Replace("nonsense"u8.ToArray());
                InMemoryFileSystem? image = null;
                home._files.Before(home._files.OperationCount + cut, () => image = home._disk.CrashImage(kind, cut));
                home.Load().TakePossession(1);
                image ??= home._disk.CrashImage(kind, cut);

                var after = SnapshotHistory.Load(new(image, "/store"), new(image, "/store"), KvRecoveryMode.LastGood, _clock, _log);
                after.TakePossession(1);
                after.IsHeld(First).ShouldBeTrue($"{kind} before operation {cut}");
                after.IsHeld(Third).ShouldBeTrue($"{kind} before operation {cut}");
            }
        }
    }

    [Fact]
    public void TakePossession_DamagedFileThatCannotBeMoved_IsNotWrittenOver()
    {
        Replace("nonsense"u8.ToArray());
        _history = Load();
        _files.FailWhen(FileOperationKind.CreateNew, FileFault.NoSpace);

        _history.TakePossession(1);

        _history.IsHeld(First).ShouldBeTrue();
        _history.Problem!.MovedTo.ShouldBeNull();
        Should.Throw<KvStoreUnavailableException>(() => _history.Unpin("recovered-1"));
        _disk.Take(FilePath).ShouldBe("nonsense"u8.ToArray());
        _files.Heal();
        _history.Unpin("recovered-1").ShouldBeTrue();
        _disk.FileExists("/store/quarantine/history.json").ShouldBeTrue();
        Load(KvRecoveryMode.Strict).NamesOf(Second).ShouldBe(["recovered-2"]);
    }

    [Theory]
    [InlineData("""{"name": "a b", "snapshot": "data-20260101-000000-0000.msgpack", "pinned_at": "2026-03-01T14:30:25Z"}""")]
    [InlineData("""{"name": "n", "snapshot": "../../etc/passwd", "pinned_at": "2026-03-01T14:30:25Z"}""")]
    [InlineData("""{"name": "n", "snapshot": "data-20260101-000000-0000.msgpack", "pinned_at": "2026-03-01T14:30:25Z"}, {"name": "n", "snapshot": "data-20260102-000000-0000.msgpack", "pinned_at": "2026-03-01T14:30:25Z"}""")]
    public void Load_NamesThatAreNone_AreDamage(string pins)
    {
        var text = $$"""{"version": 1, "pins": [{{pins}}], "holds": [], "protected": []""";
        Replace(System.Text.Encoding.UTF8.GetBytes($"{text},\n  \"checksum\": \"{SnapshotKv.Format.Crc32C.Of(System.Text.Encoding.UTF8.GetBytes(text)):x8}\"\n}}\n"));

        Should.Throw<KvStoreCorruptedException>(() => Load(KvRecoveryMode.Strict));
    }

    [Fact]
    public void Load_FileThatIsTooLarge_IsDamageAndNotRead()
    {
        Replace(new byte[(1 << 20) + 1]);
        var read = _files.Trace.Where(operation => operation.Kind == FileOperationKind.Read).Sum(operation => (long)operation.Count);

        Load().Problem!.Reason.ShouldContain("1048577 bytes");

        _files.Trace.Where(operation => operation.Kind == FileOperationKind.Read).Sum(operation => (long)operation.Count).ShouldBe(read);
    }

    [Fact]
    public void Load_FileThatCannotBeRead_SaysSo()
    {
        _history.Pin(First, "n");
        _files.FailWhen(FileOperationKind.OpenRead, FileFault.InputOutput);

        Should.Throw<IOException>(() => Load());
    }

    [Fact]
    public void Load_DamagedWithMoreSnapshotsThanCanBePinned_PinsTheOldestAndLeavesRoomForRestores()
    {
        const int Most = HistoryDocument.MostPins - SnapshotHistory.MostAutomaticPins - 1;
        PutSnapshots(Most + 10);
        Replace("nonsense"u8.ToArray());

        _history = Load();
        _history.TakePossession(1);

        var files = _catalog.List().Candidates;
        files.TakeLast(Most).ShouldAllBe(file => _history.NamesOf(file.FileName).Count == 1);
        files.SkipLast(Most).ShouldAllBe(file => !_history.IsHeld(file.FileName));
        for (var i = 0; i <= SnapshotHistory.MostAutomaticPins; i++)
        {
            _history.PinBeforeRestore(First);
        }

        Load(KvRecoveryMode.Strict).NamesOf(First).Count.ShouldBe(SnapshotHistory.MostAutomaticPins + 2);
        var refused = Should.Throw<KvSnapshotException>(() => _history.PinBeforeRestore(First));
        refused.Reason.ShouldBe(KvSnapshotProblem.TooMany);
        refused.Message.ShouldContain("'history.json' cannot take more: 5001 pinned names");
        Load(KvRecoveryMode.Strict).NamesOf(First).Count.ShouldBe(SnapshotHistory.MostAutomaticPins + 2);
    }

    [Fact]
    public void Hold_MoreThanAFileCanHave_IsRefusedAndNothingIsWritten()
    {
        PutSnapshots(HistoryDocument.MostHolds);
        var files = _catalog.List().Candidates.Where(file => file.FileName != First).Take(HistoryDocument.MostHolds);
        Replace((HistoryDocument.Empty with { Holds = [.. files.Select(file => new HistoryHold(file.FileName, 7))] }).Encode());
        _history = Load(KvRecoveryMode.Strict);
        var before = _disk.Take(FilePath);

        var refused = Should.Throw<KvSnapshotException>(() => _history.Hold(First, SnapshotHistory.InProgress));

        refused.Reason.ShouldBe(KvSnapshotProblem.TooMany);
        refused.Message.ShouldContain("1001 snapshots that the journal needs");
        refused.Message.ShouldContain("Nothing was changed. Unpin what is not needed, or save");
        _history.IsHeld(First).ShouldBeFalse();
        _disk.Take(FilePath).ShouldBe(before);
        _history.ReleaseHolds(7);
        _history.Hold(First, SnapshotHistory.InProgress).ShouldBeTrue();
    }

    /// <summary>Snapshots that are newer than those that are there.</summary>
    private void PutSnapshots(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _disk.Put(_catalog.GetPath($"data-20260201-000000-{i:x4}.msgpack"), [1]);
        }

        _disk.FlushDirectory(_catalog.DirectoryPath);
    }

    private SnapshotHistory Load(KvRecoveryMode mode = KvRecoveryMode.LastGood) => SnapshotHistory.Load(_catalog, new HistoryFile(_files, "/store"), mode, _clock, _log);

    private void Replace(byte[] bytes)
    {
        _disk.Delete(FilePath);
        _disk.Put(FilePath, bytes);
        _disk.FlushDirectory("/store");
    }
}
