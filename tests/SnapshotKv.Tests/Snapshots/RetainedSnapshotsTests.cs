using SnapshotKv.Blobs;
using SnapshotKv.Format;
using SnapshotKv.Snapshots;
using SnapshotKv.Testing;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Snapshots;

public sealed class RetainedSnapshotsTests
{
    private static readonly BlobId A = new(new Guid(1, 2, 0x7000, new byte[8]));
    private static readonly BlobId B = new(new Guid(2, 2, 0x7000, new byte[8]));
    private static readonly BlobId C = new(new Guid(3, 2, 0x7000, new byte[8]));

    private readonly InMemoryFileSystem _disk = SnapshotFiles.NewFileSystem();
    private readonly FaultInjectingFileSystem _files;
    private readonly SnapshotCatalog _catalog;
    private readonly RetainedSnapshots _retained;
    private int _count;

    public RetainedSnapshotsTests()
    {
        _files = new(_disk);
        _catalog = new(_files, "/store");
        _retained = NewRetained(_catalog, SnapshotFiles.Limit);
    }

    private RetainedSnapshots NewRetained(SnapshotCatalog catalog, long limit)
    {
        var reader = new SnapshotReader(_files);
        return new(catalog, reader, new(catalog, reader, limit), limit);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void ReadSequences_OursAndGos_RiseAndAreReadOnceEach()
    {
        Save(20, [A]);
        var second = Save(7, [B], KvFormat.Json, KvCompression.Gzip);
        Put("data-20260101-000000-0000.msgpack", GosFile());

        _retained.ReadSequences().ShouldBe([0, 7, 20]);
        var opened = _files.Trace.Count(operation => operation.Kind == FileOperationKind.OpenRead);
        Save(21, []);
        _disk.Delete(_catalog.GetPath(second));
        _retained.ReadSequences().ShouldBe([0, 20, 21]);
        _files.Trace.Count(operation => operation.Kind == FileOperationKind.OpenRead).ShouldBe(opened + 1);
    }

    [Fact]
    public void ReadSequences_FileThatIsNoSnapshot_NobodyKnows()
    {
        Put("data-20260101-000000-0000.msgpack", "nonsense"u8);

        Should.Throw<KvStoreCorruptedException>(() => _retained.ReadSequences()).File!.ShouldEndWith("0000.msgpack");
    }

    [Fact]
    public void ReadSequences_CodecOfGosOwn_HasNoNumber()
    {
        Put("data-20260101-000000-0000.custom", "nonsense"u8);

        _retained.ReadSequences().ShouldBe([0]);
        Should.Throw<KvStoreCorruptedException>(() => _retained.FindReferredTo(new HashSet<BlobId> { A }, Token));
    }

    [Fact]
    public void ReadSequences_NoDirectory_IsEmpty() =>
        NewRetained(new(_files, "/none"), 1).ReadSequences().ShouldBeEmpty();

    [Fact]
    public void FindReferredTo_SeveralSnapshots_TellsWhatAnyEntryRefersTo()
    {
        Save(20, [A, A]);
        Save(7, [B], KvFormat.Json, KvCompression.Gzip);

        _retained.FindReferredTo(new HashSet<BlobId> { A, B, C }, Token).ShouldBe([A, B], ignoreOrder: true);
        _retained.FindReferredTo(new HashSet<BlobId> { B, C }, Token).ShouldBe([B]);
    }

    [Fact]
    public void FindReferredTo_SnapshotDeletedMeanwhile_NeedsNothing()
    {
        Save(20, [A]);
        var newer = Save(21, [B]);
        _files.Before(operation => operation.Kind == FileOperationKind.OpenRead, _ => _disk.Delete(_catalog.GetPath(newer)));

        _retained.FindReferredTo(new HashSet<BlobId> { A, B }, Token).ShouldBe([A]);
    }

    [Fact]
    public void FindReferredTo_DamagedSnapshot_NobodyKnows()
    {
        var name = Save(20, [A]);
        var bytes = _disk.Take(_catalog.GetPath(name));
        bytes[bytes.Length / 2] ^= 1;
        Put(name, bytes);

        Should.Throw<KvStoreCorruptedException>(() => _retained.FindReferredTo(new HashSet<BlobId> { A }, Token));
    }

    [Fact]
    public void GetHold_ByWhatOpeningFound_SaysWhyNotToSweep()
    {
        var loaded = new SnapshotInfo("data-20260101-000000-0000.msgpack", 1, default, 0);
        var fellBack = new KvRecoveryReport(loaded, [new("data-20260101-000001-0000.msgpack", "cut", null)], []);

        _retained.GetHold(KvRecoveryReport.Nothing).ShouldBe(BlobHold.NothingLoaded);
        _retained.GetHold(new(loaded, [], [])).ShouldBe(BlobHold.None);
        _retained.GetHold(fellBack).ShouldBe(BlobHold.FellBack);
    }

    [Theory]
    [InlineData("data-20260101-000000-0000.msgpack", true)]
    [InlineData("data-20260101-000000-0000.msgpack.gz.1", true)]
    [InlineData("data-20260101-000000-0000.msgpack.reason", false)]
    [InlineData("000000000001.journal", true)]
    [InlineData("000000000001.journal.1", true)]
    [InlineData("000000000001.journal.reason", false)]
    [InlineData("notes.txt", false)]
    public void GetHold_FileInQuarantine_HoldsWhenItIsOfTheStore(string name, bool isHeld)
    {
        _disk.CreateDirectory("/store/quarantine");
        _disk.Put("/store/quarantine/" + name, [1]);

        _retained.GetHold(new(new("data-20260101-000000-0000.msgpack", 1, default, 0), [], []))
            .ShouldBe(isHeld ? BlobHold.Quarantine : BlobHold.None);
    }

    private static byte[] GosFile() => Convert.FromHexString("82a776657273696f6e02a46461746180");

    private void Put(string name, ReadOnlySpan<byte> bytes)
    {
        _disk.Delete(_catalog.GetPath(name));
        _disk.Put(_catalog.GetPath(name), bytes);
    }

    private string Save(ulong sequence, BlobId[] references, KvFormat format = KvFormat.MessagePack, KvCompression compression = KvCompression.None)
    {
        var json = format == KvFormat.Json;
        var records = references.Select((id, i) =>
            SnapshotFiles.NewRecord($"k{i}", json ? "42"u8 : [0x2a], blob: id.ToString(), flags: json ? RecordFlags.Json : RecordFlags.None)).ToList<Record>();
        var name = SnapshotName.Create(new(2026, 3, 1), (ushort)_count++, format, compression).ToString();
        Put(name, SnapshotFiles.Write(records, format, compression, sequence: sequence));
        return name;
    }
}
