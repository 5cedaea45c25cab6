using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Primitives;

namespace SnapshotKv.Extensions.AspNetCore.Tests.Support;

/// <summary>Another store's operations, which tests count, hold up, or let fail, in the call itself or in the task.</summary>
internal sealed class HookedKvStore(IKvStore inner, StoreHooks hooks) : IKvStore
{
    public KvFormat Format => inner.Format;

    public IKvSerializer Serializer => inner.Serializer;

    public bool IsReadOnly => inner.IsReadOnly;

    public IKvStore GetPartition(string prefix) => new HookedKvStore(inner.GetPartition(prefix), hooks);

    public bool TryGetBytes(string key, [NotNullWhen(true)] out byte[]? value) => Noted().TryGetBytes(key, out value);

    public bool TryGetBytes(string key, [NotNullWhen(true)] out byte[]? value, out long version) => Noted().TryGetBytes(key, out value, out version);

    public bool TryRead(string key, IBufferWriter<byte> destination) => Noted().TryRead(key, destination);

    public bool TryReadEncoded(string key, IBufferWriter<byte> destination, out long version) => Noted().TryReadEncoded(key, destination, out version);

    public bool TryGetInfo(string key, out KvEntryInfo info) => Noted().TryGetInfo(key, out info);

    public bool TryPeekBytes(string key, [NotNullWhen(true)] out byte[]? value, out KvEntryInfo info) => Noted().TryPeekBytes(key, out value, out info);

    public void SetBytes(string key, ReadOnlySpan<byte> value, KvEntryOptions options = default) => Noted().SetBytes(key, value, options);

    public void SetBytes(string key, ReadOnlySequence<byte> value, KvEntryOptions options = default) => Noted().SetBytes(key, value, options);

    public void SetEncoded(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default) => Noted().SetEncoded(key, encoded, options);

    public bool Remove(string key) => Noted().Remove(key);

    public bool Exists(string key) => Noted().Exists(key);

    public bool Refresh(string key) => Noted().Refresh(key);

    public KvTimeToLive GetTimeToLive(string key) => Noted().GetTimeToLive(key);

    public IEnumerable<string> GetKeys(string prefix = "") => Noted().GetKeys(prefix);

    public long Count(string prefix = "") => Noted().Count(prefix);

    public long RemoveByPrefix(string prefix) => Noted().RemoveByPrefix(prefix);

    public long RemoveByTag(string tag) => Noted().RemoveByTag(tag);

    public IEnumerable<string> GetKeysByTag(string tag) => Noted().GetKeysByTag(tag);

    public long Clear() => Noted().Clear();

    public KvCommitResult TryCommit(KvBatch batch) => Noted().TryCommit(batch);

    public IChangeToken Watch(string prefix = "") => Noted().Watch(prefix);

    public ValueTask<KvResult<byte[]>> GetBytesAsync(string key, CancellationToken cancellationToken = default) =>
        Held(store => store.GetBytesAsync(key, cancellationToken), cancellationToken);

    public ValueTask<bool> TryReadAsync(string key, IBufferWriter<byte> destination, CancellationToken cancellationToken = default) =>
        Held(store => store.TryReadAsync(key, destination, cancellationToken), cancellationToken);

    public ValueTask<long> ReadEncodedAsync(string key, IBufferWriter<byte> destination, CancellationToken cancellationToken = default) =>
        Held(store => store.ReadEncodedAsync(key, destination, cancellationToken), cancellationToken);

    public async ValueTask SetBytesAsync(string key, ReadOnlySequence<byte> value, KvEntryOptions options = default, CancellationToken cancellationToken = default) =>
        await Held(store => Valued(store.SetBytesAsync(key, value, options, cancellationToken)), cancellationToken);

    public async ValueTask SetEncodedAsync(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default, CancellationToken cancellationToken = default) =>
        await Held(store => Valued(store.SetEncodedAsync(key, encoded, options, cancellationToken)), cancellationToken);

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default) => Held(store => store.RemoveAsync(key, cancellationToken), cancellationToken);

    public ValueTask<bool> ExistsAsync(string key, CancellationToken cancellationToken = default) => Held(store => store.ExistsAsync(key, cancellationToken), cancellationToken);

    public ValueTask<bool> RefreshAsync(string key, CancellationToken cancellationToken = default) => Held(store => store.RefreshAsync(key, cancellationToken), cancellationToken);

    public ValueTask<KvTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken = default) =>
        Held(store => store.GetTimeToLiveAsync(key, cancellationToken), cancellationToken);

    public ValueTask<long> CountAsync(string prefix = "", CancellationToken cancellationToken = default) => Held(store => store.CountAsync(prefix, cancellationToken), cancellationToken);

    public ValueTask<long> RemoveByPrefixAsync(string prefix, CancellationToken cancellationToken = default) =>
        Held(store => store.RemoveByPrefixAsync(prefix, cancellationToken), cancellationToken);

    public ValueTask<long> ClearAsync(CancellationToken cancellationToken = default) => Held(store => store.ClearAsync(cancellationToken), cancellationToken);

    public ValueTask<KvCommitResult> TryCommitAsync(KvBatch batch, CancellationToken cancellationToken = default) =>
        Held(store => store.TryCommitAsync(batch, cancellationToken), cancellationToken);

    public ValueTask<long> RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) => Held(store => store.RemoveByTagAsync(tag, cancellationToken), cancellationToken);

    public IAsyncEnumerable<string> GetKeysAsync(string prefix = "") => Noted().GetKeysAsync(prefix);

    private static async ValueTask<bool> Valued(ValueTask task)
    {
        await task;
        return true;
    }

    private IKvStore Noted([CallerMemberName] string operation = "")
    {
        hooks.Note(operation);
        return inner;
    }

    private ValueTask<T> Held<T>(Func<IKvStore, ValueTask<T>> operation, CancellationToken cancellationToken, [CallerMemberName] string name = "")
    {
        hooks.Note(name);
        return hooks.OnAsyncCall?.Invoke(name, cancellationToken) is { } wait ? After(wait) : operation(inner);

        async ValueTask<T> After(Task before)
        {
            await before;
            return await operation(inner);
        }
    }
}
