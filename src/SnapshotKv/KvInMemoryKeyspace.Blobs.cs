using System.Buffers;
using SnapshotKv.Blobs;
using SnapshotKv.Format;

namespace SnapshotKv;

/// <content>Blobs: the file first, then the change that refers to it. The asynchronous forms wait for streams and files without a thread.</content>
public abstract partial class KvInMemoryKeyspace
{
    /// <inheritdoc/>
    public void SetEncodedWithBlob(string key, ReadOnlySequence<byte> encoded, Stream content, KvEntryOptions options = default, long? length = null)
    {
        var (files, change) = Prepare(key, encoded, options);
        Place(key, change, BlobAccess.Write(files, key, content, length));
    }

    /// <inheritdoc/>
    public void SetEncodedWithBlob(string key, ReadOnlySequence<byte> encoded, ReadOnlySpan<byte> content, KvEntryOptions options = default)
    {
        var (files, change) = Prepare(key, encoded, options);
        Place(key, change, files.Write(content));
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
        await PlaceAsync(key, change, await BlobAccess.WriteAsync(files, key, content, length, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
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
        await PlaceAsync(key, change, await files.WriteAsync(content, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void UpdateBlob(string key, Stream content, long? length = null)
    {
        var files = PrepareUpdate(key);
        Place(key, Update, BlobAccess.Write(files, key, content, length));
    }

    /// <inheritdoc/>
    public void UpdateBlob(string key, ReadOnlySpan<byte> content)
    {
        var files = PrepareUpdate(key);
        Place(key, Update, files.Write(content));
    }

    /// <inheritdoc/>
    public async ValueTask UpdateBlobAsync(string key, Stream content, long? length = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var files = PrepareUpdate(key);
        await PlaceAsync(key, Update, await BlobAccess.WriteAsync(files, key, content, length, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask UpdateBlobAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var files = PrepareUpdate(key);
        await PlaceAsync(key, Update, await files.WriteAsync(content, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
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

    /// <summary>The files of blobs.</summary>
    /// <exception cref="NotSupportedException">The store has none.</exception>
    private protected abstract BlobStore Blobs();

    /// <exception cref="NotSupportedException">The keyspace can only be read.</exception>
    private protected abstract void CheckWritable();

    /// <summary>The live record of a key.</summary>
    private protected abstract Record FindRecord(string key);

    /// <summary>The live record of a key, whose sliding expiry, if it has one, is moved.</summary>
    private protected abstract Record ReadRecord(string key);

    /// <summary>Refuses an encoded value that is too long, before it is copied.</summary>
    private protected abstract void CheckSize(string key, long length);

    /// <summary>Refuses what the commit would refuse, before anything is written.</summary>
    private protected abstract void Check(string key, in KvBatch.Change change);

    /// <summary>Makes a change that refers to a blob, which is the callee's from here on: without a commit its file is deleted.</summary>
    private protected abstract void Place(string key, in KvBatch.Change change, PendingBlob blob);

    /// <inheritdoc cref="Place"/>
    /// <returns>A task that completes when the change is as safe as it is to be.</returns>
    private protected abstract ValueTask PlaceAsync(string key, KvBatch.Change change, PendingBlob blob);

    private (BlobStore Files, KvBatch.Change Change) Prepare(string key, ReadOnlySequence<byte> encoded, in KvEntryOptions options)
    {
        var files = Blobs();
        CheckWritable();
        CheckSize(key, encoded.Length);
        var change = new KvBatch.Change(KvBatch.ChangeKind.Encoded, encoded.ToArray(), options);
        Check(key, change);
        return (files, change);
    }

    private BlobStore PrepareUpdate(string key)
    {
        var files = Blobs();
        CheckWritable();
        return FindRecord(key).IsNull ? throw BlobAccess.NoSuchKey(key) : files;
    }
}
