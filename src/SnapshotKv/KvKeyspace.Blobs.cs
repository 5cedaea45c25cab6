using System.Buffers;
using SnapshotKv.Blobs;
using SnapshotKv.Keyspace;

namespace SnapshotKv;

/// <content>Blobs: the file first, then the commit that refers to it.</content>
public abstract partial class KvKeyspace
{
    /// <inheritdoc/>
    public void SetEncodedWithBlob(string key, ReadOnlySequence<byte> encoded, Stream content, KvEntryOptions options = default, long? length = null)
    {
        var (files, change) = Prepare(key, encoded, options);
        using var blob = BlobAccess.Write(files, key, content, length);
        Commit(key, change, blob);
    }

    /// <inheritdoc/>
    public void SetEncodedWithBlob(string key, ReadOnlySequence<byte> encoded, ReadOnlySpan<byte> content, KvEntryOptions options = default)
    {
        var (files, change) = Prepare(key, encoded, options);
        using var blob = files.Write(content);
        Commit(key, change, blob);
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
        using var blob = await BlobAccess.WriteAsync(files, key, content, length, cancellationToken).ConfigureAwait(false);
        Commit(key, change, blob);
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
        using var blob = await files.WriteAsync(content, cancellationToken).ConfigureAwait(false);
        Commit(key, change, blob);
    }

    /// <inheritdoc/>
    public void UpdateBlob(string key, Stream content, long? length = null)
    {
        var files = PrepareUpdate(key);
        using var blob = BlobAccess.Write(files, key, content, length);
        Commit(key, Update, blob);
    }

    /// <inheritdoc/>
    public void UpdateBlob(string key, ReadOnlySpan<byte> content)
    {
        var files = PrepareUpdate(key);
        using var blob = files.Write(content);
        Commit(key, Update, blob);
    }

    /// <inheritdoc/>
    public async ValueTask UpdateBlobAsync(string key, Stream content, long? length = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var files = PrepareUpdate(key);
        using var blob = await BlobAccess.WriteAsync(files, key, content, length, cancellationToken).ConfigureAwait(false);
        Commit(key, Update, blob);
    }

    /// <inheritdoc/>
    public async ValueTask UpdateBlobAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var files = PrepareUpdate(key);
        using var blob = await files.WriteAsync(content, cancellationToken).ConfigureAwait(false);
        Commit(key, Update, blob);
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
        return BlobAccess.Use<Stream>(key, Read, files.TryOpen);
    }

    /// <inheritdoc/>
    public byte[] GetBlob(string key)
    {
        var files = Blobs();
        return BlobAccess.Use(key, Read, files.TryReadAll);
    }

    /// <inheritdoc/>
    public ValueTask<Stream> OpenBlobAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var files = Blobs();
        return BlobAccess.UseAsync(key, Read, id => Task.Run<Stream?>(() => files.TryOpen(id), cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> GetBlobAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var files = Blobs();
        return BlobAccess.UseAsync(key, Read, id => files.TryReadAllAsync(id, cancellationToken));
    }

    private static KvBatch.Change Update => new(KvBatch.ChangeKind.UpdateBlob, [], default);

    private BlobStore Blobs()
    {
        Engine.ThrowIfClosed();
        return BlobAccess.Of(Engine.Blobs);
    }

    /// <summary>Refuses what would be refused by the commit, before anything is written.</summary>
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

    private void Commit(string key, in KvBatch.Change change, PendingBlob blob)
    {
        Span<TableChange> changes = [_builder.Build(_prefix, key, change with { BlobReference = blob.Id.ToUtf8() })];
        if (Engine.TryCommit(changes, []).Conflict is not null)
        {
            throw BlobAccess.NoSuchKey(key);
        }
    }
}
