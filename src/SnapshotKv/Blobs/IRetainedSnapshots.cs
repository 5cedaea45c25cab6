namespace SnapshotKv.Blobs;

/// <summary>What must be known of the snapshots on disk before a blob is deleted. Thread-safe.</summary>
internal interface IRetainedSnapshots
{
    /// <summary>The sequence numbers of all snapshots there are, rising; 0 for one that has none, which is Go's.</summary>
    /// <exception cref="KvStoreCorruptedException">One of them cannot be read: nobody knows what it needs.</exception>
    /// <exception cref="IOException">The disk refused it.</exception>
    ulong[] ReadSequences();

    /// <summary>Reads all snapshots to the end, and tells which of some blobs their entries refer to.</summary>
    /// <exception cref="KvStoreCorruptedException">One of them cannot be read: nobody knows what it needs.</exception>
    /// <exception cref="IOException">The disk refused it.</exception>
    HashSet<BlobId> FindReferredTo(IReadOnlySet<BlobId> candidates, CancellationToken cancellationToken);
}
