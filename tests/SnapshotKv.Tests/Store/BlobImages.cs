using SnapshotKv.Blobs;
using SnapshotKv.Snapshots;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Snapshots;

namespace SnapshotKv.Tests.Store;

/// <summary>Looks at what the snapshots of a disk refer to.</summary>
internal static class BlobImages
{
    /// <summary>The blobs that the entries of a snapshot refer to.</summary>
    public static IReadOnlyList<BlobId> ReferencesIn(InMemoryFileSystem disk, string snapshot)
    {
        var sink = new CollectingSink();
        new SnapshotReader(disk).Read($"{StoreHome.Path}/snapshots/{snapshot}", SnapshotFiles.Limit, sink, TestContext.Current.CancellationToken);
        return [.. sink.Records.Where(record => record.BlobReference.Length > 0).Select(record => BlobId.TryParse(record.BlobReference, out var id) ? id : default)];
    }

    /// <summary>A disk of the same contents on which this snapshot is the only one.</summary>
    public static InMemoryFileSystem WithOnly(InMemoryFileSystem disk, string snapshot)
    {
        var copy = disk.CrashImage(CrashKind.ProcessKilled);
        foreach (var entry in copy.List($"{StoreHome.Path}/snapshots"))
        {
            if (entry.Name != snapshot)
            {
                copy.Delete($"{StoreHome.Path}/snapshots/{entry.Name}");
            }
        }

        return copy;
    }
}
