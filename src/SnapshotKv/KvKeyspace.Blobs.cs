using SnapshotKv.Blobs;
using SnapshotKv.Engine;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv;

/// <content>Blobs: each is committed as soon as it is written.</content>
public abstract partial class KvKeyspace
{
    private protected sealed override BlobStore Blobs()
    {
        Engine.ThrowIfClosed();
        return BlobAccess.Of(Engine.Blobs);
    }

    private protected sealed override void CheckWritable() => Engine.ThrowIfNotWritable();

    private protected sealed override Record FindRecord(string key) => Find(key);

    private protected sealed override Record ReadRecord(string key) => Read(key);

    private protected sealed override void CheckSize(string key, long length) => _builder.CheckSize(key, length);

    private protected sealed override void Check(string key, in KvBatch.Change change) => _builder.Build(_prefix, key, change);

    private protected sealed override void Place(string key, in KvBatch.Change change, PendingBlob blob)
    {
        using (blob)
        {
            try
            {
                ThrowIfMissing(key, Engine.Commit([Refer(key, change, blob)], [], LevelOf(change.Options)));
            }
            catch (KvStoreFaultedException)
            {
                blob.LeaveToRecovery();
                throw;
            }
        }
    }

    private protected sealed override async ValueTask PlaceAsync(string key, KvBatch.Change change, PendingBlob blob)
    {
        using (blob)
        {
            try
            {
                ThrowIfMissing(key, await Engine.CommitAsync([Refer(key, change, blob)], [], LevelOf(change.Options)).ConfigureAwait(false));
            }
            catch (KvStoreFaultedException)
            {
                blob.LeaveToRecovery();
                throw;
            }
        }
    }

    private TableChange Refer(string key, in KvBatch.Change change, PendingBlob blob) =>
        _builder.Build(_prefix, key, change with { BlobReference = blob.Id.ToUtf8() });

    private static void ThrowIfMissing(string key, in CommitOutcome outcome)
    {
        if (outcome.IsRefused)
        {
            throw BlobAccess.NoSuchKey(key);
        }
    }
}
