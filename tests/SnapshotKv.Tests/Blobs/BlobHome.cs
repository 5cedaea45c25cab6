using System.Security.Cryptography;
using System.Text;
using SnapshotKv.Blobs;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Snapshots;
using SnapshotKv.Tests.Store;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Blobs;

/// <summary>A directory for blobs in memory, on a disk that can fail.</summary>
internal sealed class BlobHome
{
    public const string Path = "/data";

    private ulong _sequence;

    public BlobHome(InMemoryFileSystem? disk = null, BlobLedger? ledger = null)
    {
        Disk = disk ?? new InMemoryFileSystem();
        Disk.CreateDirectory(Path);
        Disk.FlushDirectory("/");
        Files = new FaultInjectingFileSystem(Disk);
        Ledger = ledger ?? new BlobLedger();
        Store = new(Files, Path, Ids, Ledger);
    }

    public InMemoryFileSystem Disk { get; }

    public FaultInjectingFileSystem Files { get; }

    public BlobIdGenerator Ids { get; } = new(new ManualTimeProvider(), RandomNumberGenerator.Create());

    public BlobLedger Ledger { get; }

    public BlobStore Store { get; }

    public CollectingLogger Log { get; } = new();

    /// <summary>All files below the blobs' directory, by their paths in it, sorted.</summary>
    public IReadOnlyList<string> FileNames() => Tree(Disk);

    public static IReadOnlyList<string> Tree(InMemoryFileSystem disk)
    {
        var root = $"{Path}/blobs";
        return disk.DirectoryExists(root)
            ? [.. disk.List(root).SelectMany(entry => entry.IsDirectory
                ? disk.List($"{root}/{entry.Name}").Select(file => $"{entry.Name}/{file.Name}")
                : [entry.Name]).Order(StringComparer.Ordinal)]
            : [];
    }

    public static string NameOf(BlobId id) => $"{id.ShardName}/{id.FileName}";

    public static string PathOf(BlobId id) => $"{Path}/blobs/{NameOf(id)}";

    public static Record RecordWith(BlobId? id) => SnapshotFiles.NewRecord("k", [0x2a], blob: id?.ToString() ?? "");

    /// <summary>Bytes none of which a lost write would leave.</summary>
    public static byte[] Content(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(1 + (i % 251)))];

    /// <summary>A blob that a commit refers to, and the number of that commit.</summary>
    public (BlobId Id, ulong Sequence) Commit(byte[]? content = null)
    {
        using var blob = Store.Write(content ?? Content(10));
        Ledger.Note(default, RecordWith(blob.Id), ++_sequence);
        return (blob.Id, _sequence);
    }

    /// <summary>Drops the reference to a blob, and returns the number of the commit.</summary>
    public ulong Retire(BlobId id)
    {
        Ledger.Note(RecordWith(id), default, ++_sequence);
        return _sequence;
    }

    /// <summary>Puts a file among the blobs as another process might have left it.</summary>
    public void Leave(string name, string content = "left")
    {
        var path = $"{Path}/blobs/{name}";
        Disk.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        Disk.Put(path, Encoding.UTF8.GetBytes(content));
    }

    public BlobCollector NewCollector(IRetainedSnapshots snapshots) => new(Store, Ledger, snapshots, Log);
}
