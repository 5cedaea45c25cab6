using SnapshotKv.Blobs;
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

    private protected sealed override Record FindRecord(string key) => Find(key);

    private protected sealed override Record ReadRecord(string key) => Read(key);

    private protected sealed override void CheckSize(string key, long length) => _builder.CheckSize(key, length);

    private protected sealed override void Check(string key, in KvBatch.Change change) => _builder.Build(_prefix, key, change);

    private protected sealed override void Place(string key, in KvBatch.Change change, PendingBlob blob)
    {
        using (blob)
        {
            Span<TableChange> changes = [_builder.Build(_prefix, key, change with { BlobReference = blob.Id.ToUtf8() })];
            if (Engine.TryCommit(changes, []).Conflict is not null)
            {
                throw BlobAccess.NoSuchKey(key);
            }
        }
    }
}
