using SnapshotKv.Blobs;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv;

/// <content>Blobs: their files are written at once, and deleted again unless the commit refers to them.</content>
public abstract partial class KvTransactionKeyspace
{
    private protected sealed override BlobStore Blobs()
    {
        using var turn = _scope.Enter();
        return BlobAccess.Of(_scope.Engine.Blobs);
    }

    private protected sealed override void CheckWritable() => _scope.Engine.ThrowIfNotWritable();

    private protected sealed override Record FindRecord(string key) => Find(key);

    private protected sealed override Record ReadRecord(string key) => Read(key, out _);

    private protected sealed override void CheckSize(string key, long length) => _builder.CheckSize(key, length);

    private protected sealed override void Check(string key, in KvBatch.Change change) => _builder.Build(_prefix, key, change);

    private protected sealed override void Place(string key, in KvBatch.Change change, PendingBlob blob)
    {
        try
        {
            var built = _builder.Build(_prefix, key, change with { BlobReference = blob.Id.ToUtf8() });
            var options = _builder.LifeOf(change.Options);
            using var turn = _scope.Enter();
            if (built.Update != RecordUpdate.All && !_scope.View.TryCompleteUpdate(ref built, out options))
            {
                throw BlobAccess.NoSuchKey(key);
            }

            _scope.Raise(_origin.LevelOf(change.Options));
            _scope.View.Put(built.After, options, _scope.View.NextVersion());
            _scope.Own(blob);
        }
        catch
        {
            blob.Dispose();
            throw;
        }
    }

    private protected sealed override ValueTask PlaceAsync(string key, KvBatch.Change change, PendingBlob blob)
    {
        Place(key, change, blob);
        return ValueTask.CompletedTask;
    }
}
