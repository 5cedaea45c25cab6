using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;

namespace SnapshotKv.Tests.Store.Model;

/// <summary>A store behind its asynchronous forms: each synchronous one asks for the other and waits. So any step can be taken in either form.</summary>
internal sealed class AsyncForms(IKvBlobs store) : IKvBlobs
{
    public KvFormat Format => store.Format;

    public IKvSerializer Serializer => store.Serializer;

    public bool IsReadOnly => store.IsReadOnly;

    /// <summary>What a task gives, once it gives it.</summary>
    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "Steps are synchronous; what is waited for needs no thread of the test's.")]
    public static T Result<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();

    /// <summary>Waits for a task.</summary>
    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "Steps are synchronous; what is waited for needs no thread of the test's.")]
    public static void Wait(ValueTask task) => task.AsTask().GetAwaiter().GetResult();

    public bool TryGetBytes(string key, [NotNullWhen(true)] out byte[]? value)
    {
        var result = Result(store.GetBytesAsync(key));
        value = result.Value;
        return result.Found;
    }

    public bool TryGetBytes(string key, [NotNullWhen(true)] out byte[]? value, out long version)
    {
        var result = Result(store.GetBytesAsync(key));
        value = result.Value;
        version = result.Version;
        return result.Found;
    }

    public bool TryRead(string key, IBufferWriter<byte> destination) => Result(store.TryReadAsync(key, destination));

    public bool TryReadEncoded(string key, IBufferWriter<byte> destination, out long version) => (version = Result(store.ReadEncodedAsync(key, destination))) != 0;

    public bool TryGetInfo(string key, out KvEntryInfo info) => store.TryGetInfo(key, out info);

    public bool TryPeekBytes(string key, [NotNullWhen(true)] out byte[]? value, out KvEntryInfo info) => store.TryPeekBytes(key, out value, out info);

    public void SetBytes(string key, ReadOnlySpan<byte> value, KvEntryOptions options = default) => SetBytes(key, new ReadOnlySequence<byte>(value.ToArray()), options);

    public void SetBytes(string key, ReadOnlySequence<byte> value, KvEntryOptions options = default) => Wait(store.SetBytesAsync(key, value, options));

    public void SetEncoded(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default) => Wait(store.SetEncodedAsync(key, encoded, options));

    public bool Remove(string key) => Result(store.RemoveAsync(key));

    public bool Exists(string key) => Result(store.ExistsAsync(key));

    public bool Refresh(string key) => Result(store.RefreshAsync(key));

    public KvTimeToLive GetTimeToLive(string key) => Result(store.GetTimeToLiveAsync(key));

    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "As above.")]
    public IEnumerable<string> GetKeys(string prefix = "") => store.GetKeysAsync(prefix).ToBlockingEnumerable();

    public long Count(string prefix = "") => Result(store.CountAsync(prefix));

    public long RemoveByPrefix(string prefix) => Result(store.RemoveByPrefixAsync(prefix));

    public long RemoveByTag(string tag) => Result(store.RemoveByTagAsync(tag));

    public IEnumerable<string> GetKeysByTag(string tag) => store.GetKeysByTag(tag);

    public long Clear() => Result(store.ClearAsync());

    public KvCommitResult TryCommit(KvBatch batch) => Result(store.TryCommitAsync(batch));

    public IChangeToken Watch(string prefix = "") => store.Watch(prefix);

    public IKvStore GetPartition(string prefix) => new AsyncForms((IKvBlobs)store.GetPartition(prefix));

    public ValueTask<KvResult<byte[]>> GetBytesAsync(string key, CancellationToken cancellationToken = default) => store.GetBytesAsync(key, cancellationToken);

    public ValueTask<bool> TryReadAsync(string key, IBufferWriter<byte> destination, CancellationToken cancellationToken = default) =>
        store.TryReadAsync(key, destination, cancellationToken);

    public ValueTask<long> ReadEncodedAsync(string key, IBufferWriter<byte> destination, CancellationToken cancellationToken = default) =>
        store.ReadEncodedAsync(key, destination, cancellationToken);

    public ValueTask SetBytesAsync(string key, ReadOnlySequence<byte> value, KvEntryOptions options = default, CancellationToken cancellationToken = default) =>
        store.SetBytesAsync(key, value, options, cancellationToken);

    public ValueTask SetEncodedAsync(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default, CancellationToken cancellationToken = default) =>
        store.SetEncodedAsync(key, encoded, options, cancellationToken);

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default) => store.RemoveAsync(key, cancellationToken);

    public ValueTask<bool> ExistsAsync(string key, CancellationToken cancellationToken = default) => store.ExistsAsync(key, cancellationToken);

    public ValueTask<bool> RefreshAsync(string key, CancellationToken cancellationToken = default) => store.RefreshAsync(key, cancellationToken);

    public ValueTask<KvTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken = default) => store.GetTimeToLiveAsync(key, cancellationToken);

    public IAsyncEnumerable<string> GetKeysAsync(string prefix = "") => store.GetKeysAsync(prefix);

    public ValueTask<long> CountAsync(string prefix = "", CancellationToken cancellationToken = default) => store.CountAsync(prefix, cancellationToken);

    public ValueTask<long> RemoveByPrefixAsync(string prefix, CancellationToken cancellationToken = default) => store.RemoveByPrefixAsync(prefix, cancellationToken);

    public ValueTask<long> RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) => store.RemoveByTagAsync(tag, cancellationToken);

    public ValueTask<long> ClearAsync(CancellationToken cancellationToken = default) => store.ClearAsync(cancellationToken);

    public ValueTask<KvCommitResult> TryCommitAsync(KvBatch batch, CancellationToken cancellationToken = default) => store.TryCommitAsync(batch, cancellationToken);

    public void SetEncodedWithBlob(string key, ReadOnlySequence<byte> encoded, Stream content, KvEntryOptions options = default, long? length = null) =>
        Wait(store.SetEncodedWithBlobAsync(key, encoded, content, options, length));

    public void SetEncodedWithBlob(string key, ReadOnlySequence<byte> encoded, ReadOnlySpan<byte> content, KvEntryOptions options = default) =>
        Wait(SetEncodedWithBlobAsync(key, encoded, content.ToArray(), options));

    public void UpdateBlob(string key, Stream content, long? length = null) => Wait(store.UpdateBlobAsync(key, content, length));

    public void UpdateBlob(string key, ReadOnlySpan<byte> content) => Wait(UpdateBlobAsync(key, content.ToArray()));

    public Stream OpenBlob(string key) => Result(store.OpenBlobAsync(key));

    public byte[] GetBlob(string key) => Result(store.GetBlobAsync(key));

    public ValueTask SetEncodedWithBlobAsync(
        string key,
        ReadOnlySequence<byte> encoded,
        Stream content,
        KvEntryOptions options = default,
        long? length = null,
        CancellationToken cancellationToken = default) => store.SetEncodedWithBlobAsync(key, encoded, content, options, length, cancellationToken);

    public ValueTask SetEncodedWithBlobAsync(
        string key,
        ReadOnlySequence<byte> encoded,
        ReadOnlyMemory<byte> content,
        KvEntryOptions options = default,
        CancellationToken cancellationToken = default) =>
        store.SetEncodedWithBlobAsync(key, encoded, new MemoryStream(content.ToArray()), options, length: null, cancellationToken);

    public ValueTask UpdateBlobAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        store.UpdateBlobAsync(key, new MemoryStream(content.ToArray()), length: null, cancellationToken);

    public ValueTask UpdateBlobAsync(string key, Stream content, long? length = null, CancellationToken cancellationToken = default) =>
        store.UpdateBlobAsync(key, content, length, cancellationToken);

    public ValueTask<Stream> OpenBlobAsync(string key, CancellationToken cancellationToken = default) => store.OpenBlobAsync(key, cancellationToken);

    public ValueTask<byte[]> GetBlobAsync(string key, CancellationToken cancellationToken = default) => store.GetBlobAsync(key, cancellationToken);
}
