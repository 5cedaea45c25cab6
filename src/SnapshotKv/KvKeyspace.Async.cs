using System.Buffers;

namespace SnapshotKv;

/// <content>The asynchronous forms. Everything is in memory, so they complete before they return, and fail by throwing at once.</content>
public abstract partial class KvKeyspace
{
    /// <inheritdoc/>
    public ValueTask<KvResult<byte[]>> GetBytesAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(TryGetBytes(key, out var value) ? new KvResult<byte[]>(Found: true, value) : default(KvResult<byte[]>));
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryReadAsync(string key, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(TryRead(key, destination));
    }

    /// <inheritdoc/>
    public ValueTask<bool> TryReadEncodedAsync(string key, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(TryReadEncoded(key, destination));
    }

    /// <inheritdoc/>
    public ValueTask SetBytesAsync(string key, ReadOnlySequence<byte> value, KvEntryOptions options = default, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SetBytes(key, value, options);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask SetEncodedAsync(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SetEncoded(key, encoded, options);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Remove(key));
    }

    /// <inheritdoc/>
    public ValueTask<bool> ExistsAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Exists(key));
    }

    /// <inheritdoc/>
    public ValueTask<bool> RefreshAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Refresh(key));
    }

    /// <inheritdoc/>
    public ValueTask<KvTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(GetTimeToLive(key));
    }

    /// <inheritdoc/>
    public ValueTask<long> CountAsync(string prefix = "", CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Count(prefix));
    }

    /// <inheritdoc/>
    public ValueTask<long> RemoveByPrefixAsync(string prefix, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(RemoveByPrefix(prefix));
    }

    /// <inheritdoc/>
    public ValueTask<long> ClearAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Clear());
    }

    /// <inheritdoc/>
    public ValueTask CommitAsync(KvBatch batch, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Commit(batch);
        return ValueTask.CompletedTask;
    }
}
