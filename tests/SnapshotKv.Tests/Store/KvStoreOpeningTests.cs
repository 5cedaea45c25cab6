using System.Globalization;
using System.IO.Compression;
using System.Text;
using SnapshotKv.Diagnostics;
using SnapshotKv.Format;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Serialization;

namespace SnapshotKv.Tests.Store;

public sealed class KvStoreOpeningTests
{
    private readonly StoreHome _home = new();

    [Fact]
    public void Open_OptionsOutOfRange_NamesAllAtOnce()
    {
        var options = new SnapshotKvOptions
        {
            Path = " ",
            MaxSnapshots = 0,
            KeepHourly = -1,
            KeepDaily = -1,
            SaveDebounce = TimeSpan.FromSeconds(-3),
            TtlCleanupInterval = TimeSpan.MaxValue,
            Compression = (KvCompression)9,
            Format = (KvFormat)9,
            MaxValueBytes = 0,
            MaxSnapshotBytes = 0,
            Durability = (KvDurability)9,
            FlushInterval = TimeSpan.Zero,
            Recovery = (KvRecoveryMode)9,
            MaxJournalBytes = 1,
            Mode = (KvStoreMode)9,
            TimeProvider = null!,
            Serializer = new NamedSerializer("json"),
            Name = "",
        };

        var message = Should.Throw<ArgumentException>(() => KvStore.Open(options)).Message;

        options.GetErrors().Count.ShouldBe(18);
        foreach (var property in typeof(SnapshotKvOptions).GetProperties().Select(property => property.Name).Except(["TypeInfoResolver", "LoggerFactory", "MeterFactory"]))
        {
            message.ShouldContain(property + " must");
        }

        Should.Throw<ArgumentNullException>(() => KvStore.Open((SnapshotKvOptions)null!));
        Should.Throw<ArgumentNullException>(() => KvStore.Open("x", null!));
    }

    [Fact]
    public void Options_Defaults_AreTheDocumentedOnes()
    {
        var options = new SnapshotKvOptions();

        options.Path.ShouldBeNull();
        options.MaxSnapshots.ShouldBe(5);
        options.KeepHourly.ShouldBe(0);
        options.KeepDaily.ShouldBe(0);
        options.SaveDebounce.ShouldBe(TimeSpan.FromSeconds(10));
        options.TtlCleanupInterval.ShouldBe(TimeSpan.FromMinutes(5));
        options.Compression.ShouldBe(KvCompression.Gzip);
        options.Format.ShouldBe(KvFormat.MessagePack);
        options.MaxValueBytes.ShouldBe(64 * 1024 * 1024);
        options.MaxSnapshotBytes.ShouldBe(8L * 1024 * 1024 * 1024);
        options.Durability.ShouldBe(KvDurability.Process);
        options.FlushInterval.ShouldBe(TimeSpan.FromSeconds(1));
        options.Recovery.ShouldBe(KvRecoveryMode.LastGood);
        options.MaxJournalBytes.ShouldBe(1L << 30);
        options.Mode.ShouldBe(KvStoreMode.Owner);
        options.TypeInfoResolver.ShouldBeNull();
        options.Serializer.ShouldBeNull();
        options.TimeProvider.ShouldBe(TimeProvider.System);
        options.LoggerFactory.ShouldBeNull();
        options.Name.ShouldBeNull();
        SnapshotKvOptions.DefaultName.ShouldBe("default");
        options.MeterFactory.ShouldBeNull();
        options.GetErrors().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(nameof(SnapshotKvOptions.MaxSnapshots), 1, 0)]
    [InlineData(nameof(SnapshotKvOptions.KeepHourly), 0, -1)]
    [InlineData(nameof(SnapshotKvOptions.KeepDaily), 0, -1)]
    [InlineData(nameof(SnapshotKvOptions.MaxValueBytes), 1, 0)]
    [InlineData(nameof(SnapshotKvOptions.MaxValueBytes), 1 << 30, (1 << 30) + 1)]
    public void Options_AtTheLimit_AreAcceptedAndBeyondRefused(string name, int good, int bad)
    {
        var options = new SnapshotKvOptions();
        var property = typeof(SnapshotKvOptions).GetProperty(name)!;
        property.SetValue(options, good);
        options.GetErrors().ShouldBeEmpty();

        property.SetValue(options, bad);
        options.GetErrors().ShouldHaveSingleItem().ShouldContain(name);
    }

    [Fact]
    public void Options_OfTheJournalAtTheirLimits_AreAcceptedAndBeyondRefused()
    {
        new SnapshotKvOptions { FlushInterval = TimeSpan.FromMilliseconds(1), MaxJournalBytes = 1 << 20 }.GetErrors().ShouldBeEmpty();
        new SnapshotKvOptions { FlushInterval = TimeSpan.FromHours(1), MaxJournalBytes = long.MaxValue }.GetErrors().ShouldBeEmpty();
        foreach (var interval in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromTicks(9_999), TimeSpan.FromHours(1) + TimeSpan.FromTicks(1), Timeout.InfiniteTimeSpan])
        {
            new SnapshotKvOptions { FlushInterval = interval }.GetErrors().ShouldHaveSingleItem().ShouldStartWith("FlushInterval must be from 00:00:00.0010000 to 01:00:00");
        }

        new SnapshotKvOptions { MaxJournalBytes = (1 << 20) - 1 }.GetErrors().ShouldHaveSingleItem().ShouldBe("MaxJournalBytes must be at least 1048576 bytes; it is 1048575.");
        foreach (var level in Enum.GetValues<KvDurability>())
        {
            new SnapshotKvOptions { Durability = level }.GetErrors().ShouldBeEmpty();
        }
    }

    [Fact]
    public void Open_OptionsReusedForASecondStore_OpenWhatTheyAreToldTo()
    {
        using var scope = new TemporaryRoot();
        var options = new SnapshotKvOptions { Path = scope.Child("unused") };
        using var first = KvStore.Open(scope.Child("first"), options);
        using var second = KvStore.Open(scope.Child("second"), options);
        options.MaxSnapshots = 0;

        first.DirectoryPath.ShouldEndWith("first");
        second.DirectoryPath.ShouldEndWith("second");
        options.Path.ShouldBe(scope.Child("unused"));
        Directory.Exists(scope.Child("unused")).ShouldBeFalse();
        first.Set("k", 1);
        first.Save().ShouldNotBeNull();
    }

    [Fact]
    public void Open_DirectoryInUse_NamesTheHolder()
    {
        using var store = _home.Open();

        var thrown = Should.Throw<KvStoreLockedException>(() => _home.Open());

        thrown.Message.ShouldContain("/data");
        thrown.Message.ShouldContain(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        store.Set("k", 1);
        store.Dispose();
        using var next = _home.Open();
        next.Exists("k").ShouldBeTrue();
    }

    [Fact]
    public void Open_SameDirectoryThroughALink_IsTheSameDirectory()
    {
        using var scope = new TemporaryRoot();
        Directory.CreateDirectory(scope.Child("real"));
        Directory.CreateSymbolicLink(scope.Child("link"), scope.Child("real"));
        using var store = KvStore.Open(scope.Child("real"));

        Should.Throw<KvStoreLockedException>(() => KvStore.Open(scope.Child("link")));
        Should.Throw<KvStoreLockedException>(() => KvStore.Open(scope.Child("real/../link/.")));
    }

    [Fact]
    public void Open_PathIsAFile_SaysSo()
    {
        using var scope = new TemporaryRoot();
        File.WriteAllText(scope.Child("file"), "");

        Should.Throw<KvStoreUnavailableException>(() => KvStore.Open(scope.Child("file"))).Message.ShouldContain("is a file");
        Should.Throw<KvStoreUnavailableException>(() => KvStore.Open(scope.Child("file/below"))).Message.ShouldContain("is a file");
    }

    [Fact]
    public void Open_UnwritableDirectory_SaysWhatWhereAndWho()
    {
        _home.Files.FailWhen(FileOperationKind.CreateNew, FileFault.AccessDenied);

        var thrown = Should.Throw<KvStoreUnavailableException>(() => _home.Open());

        thrown.Message.ShouldContain("/data");
        thrown.Message.ShouldContain("uid 1000");
        _home.Files.Heal();
        _home.Open().Dispose();
    }

    [Fact]
    public async Task OpenAsync_Cancelled_LeavesTheDirectoryFree()
    {
        using var scope = new TemporaryRoot();
        var options = new SnapshotKvOptions { Path = scope.Child("data") };
        await Should.ThrowAsync<OperationCanceledException>(() => KvStore.OpenAsync(options, new CancellationToken(canceled: true)));

        await using var store = await KvStore.OpenAsync(options, TestContext.Current.CancellationToken);
        store.Set("k", 1);
    }

    [Fact]
    public void Open_NewestDamaged_FallsBackSetsItAsideAndReports()
    {
        var (older, newest) = TwoSnapshots();
        var bytes = _home.ReadFile("snapshots/" + newest);
        _home.WriteFile("snapshots/" + newest, bytes[..^3]);

        using var store = _home.Open();

        store.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(1);
        store.RecoveryReport.FellBack.ShouldBeTrue();
        store.RecoveryReport.LoadedSnapshot!.FileName.ShouldBe(older);
        var problem = store.RecoveryReport.Problems.ShouldHaveSingleItem();
        problem.FileName.ShouldBe(newest);
        problem.MovedTo.ShouldBe("/data/quarantine/" + newest);
        _home.Names("quarantine").ShouldBe([newest, newest + ".reason"]);
        _home.ReadFile("quarantine/" + newest).ShouldBe(bytes[..^3]);
        System.Text.Encoding.UTF8.GetString(_home.ReadFile("quarantine/" + newest + ".reason")).ShouldContain(problem.Reason);
        _home.Log.Ids.ShouldContain(KvEventIds.SnapshotQuarantined);
        _home.Log.Ids.ShouldContain(KvEventIds.SnapshotFellBack);

        // What is saved next sorts behind the damaged one, although that is gone from the directory.
        store.Set("k", 3);
        string.CompareOrdinal(store.Save()!.FileName, newest).ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Open_QuarantineThatFails_OpensNevertheless()
    {
        var (_, newest) = TwoSnapshots();
        _home.WriteFile("snapshots/" + newest, [1, 2, 3]);
        _home.Files.FailWhen(operation => operation.Path.Contains("quarantine", StringComparison.Ordinal), FileFault.AccessDenied);

        using var store = _home.Open();

        store.RecoveryReport.Problems.ShouldHaveSingleItem().MovedTo.ShouldBeNull();
        store.Exists("k").ShouldBeTrue();
        _home.Snapshots().ShouldContain(newest);
    }

    [Fact]
    public void Open_NoneReadable_RefusesAndTouchesNothing()
    {
        var (older, newest) = TwoSnapshots();
        _home.WriteFile("snapshots/" + older, [1, 2, 3]);
        _home.WriteFile("snapshots/" + newest, []);
        _home.WriteFile("blobs/a54/01a201c8-127a-743e-8fcb-80e9fa74ea54.bin", [1]);

        var thrown = Should.Throw<KvStoreCorruptedException>(() => _home.Open());

        thrown.Message.ShouldContain(older);
        thrown.Message.ShouldContain(newest);
        _home.Snapshots().ShouldBe([older, newest]);
        _home.Names("quarantine").ShouldBeEmpty();
        _home.Names("blobs/a54").Count.ShouldBe(1);
        Should.Throw<KvStoreCorruptedException>(() => _home.Open());
    }

    [Fact]
    public void Open_SnapshotLargerThanAllowed_RefusesInsteadOfFallingBack()
    {
        var (older, newest) = TwoSnapshots();

        var thrown = Should.Throw<KvStoreCorruptedException>(() => _home.Open(options => options.MaxSnapshotBytes = 20));

        thrown.Message.ShouldContain("MaxSnapshotBytes");
        _home.Snapshots().ShouldBe([older, newest]);
        _home.Open().Dispose();
    }

    [Fact]
    public void Open_DiskThatCannotBeRead_IsUnavailableNotCorrupt()
    {
        TwoSnapshots();
        _home.Files.FailWhen(FileOperationKind.Read, FileFault.InputOutput);

        Should.Throw<KvStoreUnavailableException>(() => _home.Open());

        _home.Files.Heal();
        _home.Names("quarantine").ShouldBeEmpty();
        using var store = _home.Open();
        store.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(2);
    }

    [Fact]
    public void Open_LeftoversOfACrashedSave_AreRemovedAndNothingElse()
    {
        var (older, newest) = TwoSnapshots();
        _home.WriteFile($"snapshots/{newest}.tmp", [1]);
        _home.WriteFile("snapshots/other.tmp", [1]);

        _home.Open().Dispose();

        _home.Snapshots().ShouldBe([older, newest, "other.tmp"], ignoreOrder: true);
    }

    [Fact]
    public void Open_SnapshotFromTheFuture_IsReportedAndSortedBehind()
    {
        var (_, newest) = TwoSnapshots();
        _home.Clock.SetUtcNow(_home.Clock.GetUtcNow().AddDays(-2));

        using var store = _home.Open();

        _home.Log.Ids.ShouldContain(KvEventIds.SnapshotFromTheFuture);
        store.Set("k", 3);
        string.CompareOrdinal(store.Save()!.FileName, newest).ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Open_WithTheOtherFormat_ConvertsEveryValue()
    {
        using (var store = _home.Open())
        {
            store.Set("int", 5);
            store.Set("text", "é");
            store.SetBytes("bytes", [1, 2, 3]);
            store.Set("map", new Dictionary<string, object?> { ["a"] = 1L, ["b"] = new List<object?> { null, true, 1.5 } });
            store.Set("dies", 1, TimeSpan.FromHours(1));
        }

        for (var turn = 0; turn < 2; turn++)
        {
            using (var json = _home.Open(options => (options.Format, options.Compression) = (KvFormat.Json, KvCompression.None)))
            {
                Check(json);
                json.Set("turn", turn);
            }

            using var back = _home.Open();
            Check(back);
            back.Set("turn", turn + 10);
        }

        _home.Log.Ids.Count(id => id == KvEventIds.SnapshotConverted).ShouldBe(4);

        static void Check(KvStore store)
        {
            store.TryGet<int>("int", out var number).ShouldBeTrue();
            number.ShouldBe(5);
            store.TryGet<string>("text", out var text).ShouldBeTrue();
            text.ShouldBe("é");
            store.TryGet("map", out var map).ShouldBeTrue();
            var read = map.ShouldBeOfType<Dictionary<string, object?>>();
            read["a"].ShouldBe(1L);
            read["b"].ShouldBe(new List<object?> { null, true, 1.5 });
            store.GetTimeToLive("dies").Remaining.ShouldBe(TimeSpan.FromHours(1));
        }
    }

    [Fact]
    public void Open_WithTheOtherFormat_IsWrittenInItByACleanCloseAlone()
    {
        TwoSnapshots();
        _home.Open(options => options.Format = KvFormat.Json).Dispose();

        _home.Snapshots().Count.ShouldBe(3);
        _home.Snapshots()[^1].ShouldContain(".json");
        _home.Open(options => options.Format = KvFormat.Json).Dispose();
        _home.Snapshots().Count.ShouldBe(3);
    }

    [Theory]
    [InlineData("v1-msgpack-gzip")]
    [InlineData("v020-mixed-values")]
    [InlineData("v020-strings-only")]
    public void Open_OfAnOlderVersion_IsWrittenAsTheCurrentOneAfterTheDebounce(string fixture)
    {
        Fixtures.CopyTo(fixture, _home.Disk, StoreHome.Path);
        var before = _home.Snapshots().Count;
        using var store = _home.Open();
        _home.Clock.Advance(TimeSpan.FromSeconds(10));

        _home.Snapshots().Count.ShouldBe(before + 1);
        store.Dispose();
        using var again = _home.Open();
        again.Dispose();
        _home.Snapshots().Count.ShouldBe(before + 1);
    }

    [Fact]
    public void Open_AfterAForeignSnapshot_NumbersGoOnBehindAllThatWereGiven()
    {
        using (var store = _home.Open())
        {
            for (var i = 0; i < 100; i++)
            {
                store.Set("k", i);
            }

            store.Save();
        }

        // Go's file, newer by its name and without a number.
        _home.WriteFile("snapshots/data-20270101-000000-0000.msgpack", Fixtures.ReadSnapshot("minimal", "data-20261122-054429-0000.msgpack"));
        using var after = _home.Open();

        after.GetKeys().ShouldBe(["counter"]);
        after.LastSequence.ShouldBeGreaterThan(100ul);
    }

    [Theory]
    [InlineData("1970-01-01T00:00:00Z")]
    [InlineData("2527-12-31T00:00:00Z")]
    [InlineData("9999-12-31T00:00:00Z")]
    public void Open_WhateverTheClockSays_WhatIsSavedCanBeOpenedAgain(string now)
    {
        var home = new StoreHome(clock: new ManualTimeProvider(DateTimeOffset.Parse(now, CultureInfo.InvariantCulture)));
        var versions = new HashSet<long>();
        for (var i = 0; i < 3; i++)
        {
            using var store = home.Open();
            store.Count().ShouldBe(i);
            store.Set($"k{i}", i);
            store.TryGetInfo($"k{i}", out var info).ShouldBeTrue();
            versions.Add(info.Version).ShouldBeTrue();
            store.RecoveryReport.FellBack.ShouldBeFalse();
        }
    }

    [Fact]
    public void Open_FileWithANumberThatLeavesNoRoom_BeginsAnew_AndStaysReadable()
    {
        var home = new StoreHome();
        const string Json = """{"version":2,"created_at":"2026-01-01T00:00:00Z","sequence":4611686018427387904,"data":{"k":{"value":"NDI=","expires_at":0,"blob_ref":""}},""";
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            var text = Encoding.UTF8.GetBytes(Json);
            var checksum = new Crc32C();
            checksum.Append(text);
            gzip.Write(text);
            gzip.Write(Encoding.UTF8.GetBytes($"\"checksum\":{checksum.Value}}}"));
        }

        home.WriteFile("snapshots/data-20260101-000000-0000.json.gz", compressed.ToArray());
        for (var i = 0; i < 3; i++)
        {
            using var store = home.Open(options => options.Format = KvFormat.Json);
            store.RecoveryReport.FellBack.ShouldBeFalse();
            store.Count().ShouldBe(1 + i);
            store.Set($"new{i}", i);
        }
    }

    [Fact]
    public void RemoveByPrefix_OfAll_LeavesKeysThatNoStringReaches_AndClearDoesNot()
    {
        Fixtures.CopyTo("invalid-utf8", _home.Disk, StoreHome.Path);
        using var store = _home.Open();
        var opaque = store.OpaqueKeyCount;
        opaque.ShouldBeGreaterThan(0);

        store.RemoveByPrefix("");
        store.OpaqueKeyCount.ShouldBe(opaque);
        store.Count().ShouldBe(0);
        store.Clear().ShouldBe(opaque);
        store.OpaqueKeyCount.ShouldBe(0);
    }

    [Fact]
    public void Open_WithTheOtherFormat_TextThatIsNone_NamesItsKey()
    {
        using (var store = _home.Open(options => options.Format = KvFormat.Json))
        {
            store.SetEncoded("lone", new("\"\\ud800\""u8.ToArray()));
        }

        Should.Throw<KvSerializationException>(() => _home.Open()).Message.ShouldContain("'lone'");
        _home.Open(options => options.Format = KvFormat.Json).Dispose();
    }

    [Fact]
    public void Open_WithTheOtherFormat_NamesTheKeysThatCannotBeConverted()
    {
        using (var store = _home.Open())
        {
            store.Set("fine", 5);
            store.Set("not-a-number", double.NaN);
            store.SetEncoded("odd-extension", new([0xd4, 0x05, 0x01]));
        }

        var before = _home.Snapshots();
        var thrown = Should.Throw<KvSerializationException>(() => _home.Open(options => options.Format = KvFormat.Json));

        thrown.Message.ShouldContain("not-a-number");
        thrown.Message.ShouldContain("odd-extension");
        thrown.Message.ShouldNotContain("'fine'");
        _home.Snapshots().ShouldBe(before);
        using var again = _home.Open();
        again.Count().ShouldBe(3);
    }

    [Fact]
    public void Open_NewDirectory_HoldsLockAndNothingThatIsNotNeeded()
    {
        using var store = _home.Open();

        _home.Disk.List("/data").Select(entry => entry.Name).Order(StringComparer.Ordinal).ShouldBe(["lock", "lock.owner"]);
        store.Set("k", 1);
        store.Save();
        store.Dispose();
        _home.Disk.List("/data").Select(entry => entry.Name).ShouldContain("snapshots");
        _home.ReadFile("lock").ShouldBeEmpty();
    }

    private (string Older, string Newest) TwoSnapshots()
    {
        using var store = _home.Open();
        store.Set("k", 1);
        var older = store.Save()!.FileName;
        store.Set("k", 2);
        return (older, store.Save()!.FileName);
    }

    private sealed class TemporaryRoot : IDisposable
    {
        private readonly string _path = Directory.CreateTempSubdirectory("snapshotkv-").FullName;

        public string Child(string name) => Path.Combine(_path, name);

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }
}
