using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Distributed;
using SnapshotKv.Extensions.Diagnostics;

namespace SnapshotKv.Extensions.Caching;

/// <summary>The distributed cache over the part of a store under a prefix.</summary>
/// <remarks>
/// <para>Thread-safe. Does not own the store; after the store's disposal everything throws <see cref="ObjectDisposedException"/>.</para>
/// <para>Every value is copied on its way in and out. On the embedded store all operations complete before they return, the asynchronous ones too, so
/// they fail by throwing at once; only a cancelled token makes a cancelled task. At level <see cref="KvDurability.Disk"/> the asynchronous writes complete when the device has them; no thread waits for that.</para>
/// <para>A key that somebody gave another kind of value than bytes is not a miss but a <see cref="KvSerializationException"/> that names it.</para>
/// </remarks>
internal sealed class SnapshotKvDistributedCache : IBufferDistributedCache
{
    private static readonly Task<byte[]?> Miss = Task.FromResult<byte[]?>(null);

    private readonly IKvStore _entries;
    private readonly KvEntryOptions _defaultLife;
    private readonly TimeProvider _timeProvider;
    private readonly CacheMetrics _metrics;

    public SnapshotKvDistributedCache(IKvStore store, SnapshotKvCacheOptions options, TimeProvider timeProvider, CacheMetrics metrics)
    {
        _entries = store.GetPartition(options.Prefix);
        _metrics = metrics;
        if (options.CountEntries)
        {
            metrics.Observe(() => _entries.Count());
        }

        _defaultLife = CacheEntryLife.Default(options);
        _timeProvider = timeProvider;
    }

    public byte[]? Get(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var isHit = _entries.TryGetBytes(key, out var value);
        _metrics.Note(isHit);
        return isHit ? value : null;
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
        return reading.IsCompletedSuccessfully ? ToTask(Note(reading.GetAwaiter().GetResult().Value)) : Await(reading);

        static Task<byte[]?> ToTask(byte[]? value) => value is null ? Miss : Task.FromResult<byte[]?>(value);

        async Task<byte[]?> Await(ValueTask<KvResult<byte[]>> reading) => Note((await reading.ConfigureAwait(false)).Value);

        byte[]? Note(byte[]? value)
        {
            _metrics.Note(value is not null);
            return value;
        }
    }

    public bool TryGet(string key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(destination);
        return Note(_entries.TryRead(key, destination));
    }

    [SuppressMessage("Usage", "VSTHRD103:Call async methods when in an async method", Justification = "The result is taken only where it is there already.")]
    public ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(destination);
        if (token.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(token);
        }

        var reading = _entries.TryReadAsync(key, destination, token);
        return reading.IsCompletedSuccessfully ? new(Note(reading.GetAwaiter().GetResult())) : Await(reading);

        async ValueTask<bool> Await(ValueTask<bool> reading) => Note(await reading.ConfigureAwait(false));
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

    private bool Note(bool isHit)
    {
        _metrics.Note(isHit);
        return isHit;
    }

    private KvEntryOptions LifeOf(DistributedCacheEntryOptions options) => CacheEntryLife.From(options, _defaultLife, _timeProvider);
}
