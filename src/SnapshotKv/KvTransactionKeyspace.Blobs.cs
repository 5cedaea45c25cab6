using System.Buffers;
using SnapshotKv.Blobs;
using SnapshotKv.Format;

namespace SnapshotKv;

/// <content>Blobs: their files are written at once, and deleted again unless the commit refers to them.</content>
public abstract partial class KvTransactionKeyspace
{
    /// <inheritdoc/>
    public void SetEncodedWithBlob(string key, ReadOnlySequence<byte> encoded, Stream content, KvEntryOptions options = default, long? length = null)
    {
        var (files, change) = Prepare(key, encoded, options);
        Put(key, change, BlobAccess.Write(files, key, content, length));
    }

    /// <inheritdoc/>
    public void SetEncodedWithBlob(string key, ReadOnlySequence<byte> encoded, ReadOnlySpan<byte> content, KvEntryOptions options = default)
    {
        var (files, change) = Prepare(key, encoded, options);
        Put(key, change, files.Write(content));
    }

    /// <inheritdoc/>
    public async ValueTask SetEncodedWithBlobAsync(
        string key,
        ReadOnlySequence<byte> encoded,
        Stream content,
        KvEntryOptions options = default,
        long? length = null,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (files, change) = Prepare(key, encoded, options);
        Put(key, change, await BlobAccess.WriteAsync(files, key, content, length, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async ValueTask SetEncodedWithBlobAsync(
        string key,
        ReadOnlySequence<byte> encoded,
        ReadOnlyMemory<byte> content,
        KvEntryOptions options = default,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (files, change) = Prepare(key, encoded, options);
        Put(key, change, await files.WriteAsync(content, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public void UpdateBlob(string key, Stream content, long? length = null)
    {
        var files = PrepareUpdate(key);
        Put(key, Update, BlobAccess.Write(files, key, content, length));
    }

    /// <inheritdoc/>
    public void UpdateBlob(string key, ReadOnlySpan<byte> content)
    {
        var files = PrepareUpdate(key);
        Put(key, Update, files.Write(content));
    }

    /// <inheritdoc/>
    public async ValueTask UpdateBlobAsync(string key, Stream content, long? length = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var files = PrepareUpdate(key);
        Put(key, Update, await BlobAccess.WriteAsync(files, key, content, length, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async ValueTask UpdateBlobAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var files = PrepareUpdate(key);
        Put(key, Update, await files.WriteAsync(content, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public void UpdateBlob(string key, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        UpdateBlob(key, content.AsSpan());
    }

    /// <inheritdoc/>
    public Stream OpenBlob(string key)
    {
        var files = Blobs();
        return BlobAccess.Use<Stream>(key, ReadRecord, files.TryOpen);
    }

    /// <inheritdoc/>
    public byte[] GetBlob(string key)
    {
        var files = Blobs();
        return BlobAccess.Use(key, ReadRecord, files.TryReadAll);
    }

    /// <inheritdoc/>
    public ValueTask<Stream> OpenBlobAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var files = Blobs();
        return BlobAccess.UseAsync(key, ReadRecord, id => Task.Run<Stream?>(() => files.TryOpen(id), cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> GetBlobAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var files = Blobs();
        return BlobAccess.UseAsync(key, ReadRecord, id => files.TryReadAllAsync(id, cancellationToken));
    }

    private static KvBatch.Change Update => new(KvBatch.ChangeKind.UpdateBlob, [], default);

    private BlobStore Blobs()
    {
        using var turn = _scope.Enter();
        return BlobAccess.Of(_scope.Engine.Blobs);
    }

    private Record ReadRecord(string key) => Read(key, out _);

    private (BlobStore Files, KvBatch.Change Change) Prepare(string key, ReadOnlySequence<byte> encoded, in KvEntryOptions options)
    {
        var files = Blobs();
        _builder.CheckSize(key, encoded.Length);
        var change = new KvBatch.Change(KvBatch.ChangeKind.Encoded, encoded.ToArray(), options);
        _builder.Build(_prefix, key, change);
        return (files, change);
    }

    private BlobStore PrepareUpdate(string key)
    {
        var files = Blobs();
        return Find(key).IsNull ? throw BlobAccess.NoSuchKey(key) : files;
    }

    /// <summary>Makes a blob that was written the transaction's, which deletes it when it does not come to be committed.</summary>
    private void Put(string key, in KvBatch.Change change, PendingBlob blob)
    {
        try
        {
            var built = _builder.Build(_prefix, key, change with { BlobReference = blob.Id.ToUtf8() });
            var options = _builder.LifeOf(change.Options);
            using var turn = _scope.Enter();
            if (built.Update != Keyspace.RecordUpdate.All && !_scope.View.TryCompleteUpdate(ref built, out options))
            {
                throw BlobAccess.NoSuchKey(key);
            }

            _scope.View.Put(built.After, options, _scope.View.NextVersion());
            _scope.Own(blob);
        }
        catch
        {
            blob.Dispose();
            throw;
        }
    }
}
