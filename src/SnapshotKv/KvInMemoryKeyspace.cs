using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;

namespace SnapshotKv;

/// <summary>
/// A keyspace whose values are in memory: the asynchronous forms complete before they return, and fail by throwing at once. Those of blobs wait for streams and files.
/// </summary>
public abstract partial class KvInMemoryKeyspace : IKvBlobs
{
    private protected KvInMemoryKeyspace()
    {
    }

    /// <inheritdoc/>
    public abstract KvFormat Format { get; }

    /// <inheritdoc/>
    public abstract IKvSerializer Serializer { get; }

    /// <inheritdoc/>
    public abstract bool IsReadOnly { get; }

    /// <inheritdoc/>
    public abstract bool TryGetBytes(string key, [NotNullWhen(true)] out byte[]? value);

    /// <inheritdoc/>
    public bool TryGetBytes(string key, [NotNullWhen(true)] out byte[]? value, out long version)
    {
        var result = ReadBytes(key);
        value = result.Value;
        version = result.Version;
        return value is not null;
    }

    /// <inheritdoc/>
    public abstract bool TryRead(string key, IBufferWriter<byte> destination);

    /// <inheritdoc/>
    public abstract bool TryReadEncoded(string key, IBufferWriter<byte> destination, out long version);

    /// <inheritdoc/>
    public abstract bool TryGetInfo(string key, out KvEntryInfo info);

    /// <inheritdoc/>
    public abstract bool TryPeekBytes(string key, [NotNullWhen(true)] out byte[]? value, out KvEntryInfo info);

    /// <inheritdoc/>
    public abstract void SetBytes(string key, ReadOnlySpan<byte> value, KvEntryOptions options = default);

    /// <inheritdoc/>
    public void SetBytes(string key, byte[] value, KvEntryOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        SetBytes(key, value.AsSpan(), options);
    }

    /// <inheritdoc/>
    public abstract void SetBytes(string key, ReadOnlySequence<byte> value, KvEntryOptions options = default);

    /// <inheritdoc/>
    public abstract void SetEncoded(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default);

    /// <inheritdoc/>
    public abstract bool Remove(string key);

    /// <inheritdoc/>
    public abstract bool Exists(string key);

    /// <inheritdoc/>
    public abstract bool Refresh(string key);

    /// <inheritdoc/>
    public abstract KvTimeToLive GetTimeToLive(string key);

    /// <inheritdoc/>
    public abstract IEnumerable<string> GetKeys(string prefix = "");

    /// <inheritdoc/>
    public abstract long Count(string prefix = "");

    /// <inheritdoc/>
    public abstract long RemoveByPrefix(string prefix);

    /// <inheritdoc/>
    public abstract long RemoveByTag(string tag);

    /// <inheritdoc/>
    public abstract IEnumerable<string> GetKeysByTag(string tag);

    /// <inheritdoc/>
    public abstract long Clear();

    /// <inheritdoc/>
    public abstract KvCommitResult TryCommit(KvBatch batch);

    /// <inheritdoc/>
    public abstract IChangeToken Watch(string prefix = "");

    /// <inheritdoc/>
    public abstract IKvStore GetPartition(string prefix);

    /// <inheritdoc/>
    public virtual ValueTask<KvResult<byte[]>> GetBytesAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(ReadBytes(key));
    }

    /// <inheritdoc/>
    public virtual ValueTask<bool> TryReadAsync(string key, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(TryRead(key, destination));
    }

    /// <inheritdoc/>
    public virtual ValueTask<long> ReadEncodedAsync(string key, IBufferWriter<byte> destination, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        TryReadEncoded(key, destination, out var version);
        return new(version);
    }

    /// <inheritdoc/>
    public virtual ValueTask SetBytesAsync(string key, ReadOnlySequence<byte> value, KvEntryOptions options = default, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SetBytes(key, value, options);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public virtual ValueTask SetEncodedAsync(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SetEncoded(key, encoded, options);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public virtual ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Remove(key));
    }

    /// <inheritdoc/>
    public virtual ValueTask<bool> ExistsAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Exists(key));
    }

    /// <inheritdoc/>
    public virtual ValueTask<bool> RefreshAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Refresh(key));
    }

    /// <inheritdoc/>
    public virtual ValueTask<KvTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(GetTimeToLive(key));
    }

    /// <inheritdoc/>
    public virtual ValueTask<long> CountAsync(string prefix = "", CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Count(prefix));
    }

    /// <inheritdoc/>
    public virtual ValueTask<long> RemoveByPrefixAsync(string prefix, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(RemoveByPrefix(prefix));
    }

    /// <inheritdoc/>
    public virtual ValueTask<long> ClearAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Clear());
    }

    /// <inheritdoc/>
    public virtual ValueTask<long> RemoveByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(RemoveByTag(tag));
    }

    /// <inheritdoc/>
    public virtual ValueTask<KvCommitResult> TryCommitAsync(KvBatch batch, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(TryCommit(batch));
    }

    /// <inheritdoc/>
    public virtual IAsyncEnumerable<string> GetKeysAsync(string prefix = "") => InMemoryEnumerable.Create(GetKeys(prefix));

    /// <summary>Reads a value of bytes into an array of its own, with its version.</summary>
    private protected abstract KvResult<byte[]> ReadBytes(string key);
}
