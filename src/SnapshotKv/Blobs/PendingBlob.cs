namespace SnapshotKv.Blobs;

/// <summary>
/// A blob that is on the device and that no commit refers to yet. Dispose of it after the commit, made or not: what was not committed is deleted.
/// Until then nobody else deletes it.
/// </summary>
/// <remarks>For one thread at a time. Disposal never throws: a file that the disk will not let go of is left to <see cref="BlobCollector"/>.</remarks>
/// <param name="store">Where the blob is.</param>
/// <param name="ledger">Knows whether a commit referred to it.</param>
/// <param name="id">Its id, to be put into the record.</param>
/// <param name="length">Its size in bytes.</param>
internal sealed class PendingBlob(BlobStore store, BlobLedger ledger, BlobId id, long length) : IDisposable
{
    private bool _isDisposed;

    /// <summary>The id to be put into the record.</summary>
    public BlobId Id { get; } = id;

    /// <summary>The size in bytes.</summary>
    public long Length { get; } = length;

    /// <summary>
    /// The device has failed, so that it is unknown whether a commit refers to the blob: its file stays as it is, and the next opening finds out. Disposal does nothing then.
    /// </summary>
    public void LeaveToRecovery() => _isDisposed = true;

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (ledger.EndFlight(Id))
        {
            return;
        }

        try
        {
            store.Delete(Id);
        }
        catch (KvStoreUnavailableException)
        {
            ledger.Abandon(Id);
        }
    }
}
