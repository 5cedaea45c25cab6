using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Distributed;

namespace SnapshotKv.Extensions.Caching;

/// <summary>The distributed cache over the part of a store under a prefix.</summary>
/// <remarks>
/// <para>Thread-safe. Does not own the store; after the store's disposal everything throws <see cref="ObjectDisposedException"/>.</para>
/// <para>Every value is copied on its way in and out. On the embedded store all operations complete before they return, the asynchronous ones too, so
/// they fail by throwing at once; only a cancelled token makes a cancelled task.</para>
/// <para>A key that somebody gave another kind of value than bytes is not a miss but a <see cref="KvSerializationException"/> that names it.</para>
/// </remarks>
internal sealed class SnapshotKvDistributedCache : IBufferDistributedCache
{
    private static readonly Task<byte[]?> Miss = Task.FromResult<byte[]?>(null);

    private readonly IKvStore _entries;
    private readonly KvEntryOptions _defaultLife;
    private readonly TimeProvider _timeProvider;

    public SnapshotKvDistributedCache(IKvStore store, SnapshotKvCacheOptions options, TimeProvider timeProvider)
    {
        _entries = store.GetPartition(options.Prefix);
        _defaultLife = CacheEntryLife.Default(options);
        _timeProvider = timeProvider;
    }

    public byte[]? Get(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _entries.TryGetBytes(key, out var value) ? value : null;
    }

    [SuppressMessage("Usage", "VSTHRD103:Call async methods when in an async method", Justification = "The result is taken only where it is there already.")]
    public Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (token.IsCancellationRequested)
        {
            return Task.FromCanceled<byte[]?>(token);
        }

        var reading = _entries.GetBytesAsync(key, token);
        return reading.IsCompletedSuccessfully ? ToTask(reading.GetAwaiter().GetResult()) : Await(reading);

        static Task<byte[]?> ToTask(KvResult<byte[]> found) => found.Value is { } value ? Task.FromResult<byte[]?>(value) : Miss;

        static async Task<byte[]?> Await(ValueTask<KvResult<byte[]>> reading) => (await reading.ConfigureAwait(false)).Value;
    }

    public bool TryGet(string key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(destination);
        return _entries.TryRead(key, destination);
    }

    public ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(destination);
        return token.IsCancellationRequested ? ValueTask.FromCanceled<bool>(token) : _entries.TryReadAsync(key, destination, token);
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(options);
        _entries.SetBytes(key, value.AsSpan(), LifeOf(options));
    }

    public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(options);
        _entries.SetBytes(key, value, LifeOf(options));
    }

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(options);
        return token.IsCancellationRequested
            ? Task.FromCanceled(token)
            : _entries.SetBytesAsync(key, new ReadOnlySequence<byte>(value), LifeOf(options), token).AsTask();
    }

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(options);
        return token.IsCancellationRequested ? ValueTask.FromCanceled(token) : _entries.SetBytesAsync(key, value, LifeOf(options), token);
    }

    public void Refresh(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _entries.Refresh(key);
    }

    public Task RefreshAsync(string key, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return token.IsCancellationRequested ? Task.FromCanceled(token) : _entries.RefreshAsync(key, token).AsTask();
    }

    public void Remove(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _entries.Remove(key);
    }

    public Task RemoveAsync(string key, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return token.IsCancellationRequested ? Task.FromCanceled(token) : _entries.RemoveAsync(key, token).AsTask();
    }

    private KvEntryOptions LifeOf(DistributedCacheEntryOptions options) => CacheEntryLife.From(options, _defaultLife, _timeProvider);
}
