using System.Buffers;

namespace SnapshotKv;

/// <summary>
/// A store whose entries can have a blob: bytes of any length that stay on disk, in a file of their own, beside a value that is in memory. Typed values come as extension
/// methods (<see cref="KvBlobExtensions"/>).
/// </summary>
/// <remarks>
/// <para>Thread-safe as the store is. A blob is streamed, so no more of it is in memory than a buffer; it has no size limit but the disk's.</para>
/// <para>A blob is never changed: a new one takes its place, and is on the device before the commit that refers to it. The old one stays until neither the
/// store nor any snapshot that is kept refers to it, so every snapshot can be gone back to.</para>
/// <para>Setting a key without a blob, or removing it, takes its blob from it.</para>
/// </remarks>
public interface IKvBlobs : IKvStore
{
    /// <summary>Sets an encoded value with a blob, replacing value, expiry, tags and blob of the key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="encoded">Exactly one value in the store's <see cref="IKvStore.Format"/>.</param>
    /// <param name="content">The blob, from the stream's position to its end. The stream stays open.</param>
    /// <param name="options">How long the entry lives, counted from when the blob is written, and its tags; default: for ever, none.</param>
    /// <param name="length">How many bytes there must be; null for as many as come.</param>
    /// <exception cref="ArgumentException">The stream cannot be read; or the key or a tag is refused.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The life is not positive, already over, or ends after 2262-04-11; or the value is larger than the store accepts; or <paramref name="length"/> is negative.</exception>
    /// <exception cref="KvBlobException">The stream held more or fewer bytes than announced.</exception>
    /// <exception cref="KvSerializationException">The encoded value is not exactly one well-formed value.</exception>
    /// <exception cref="KvStoreUnavailableException">The disk refused the blob.</exception>
    /// <exception cref="NotSupportedException">The store is memory-only.</exception>
    /// <remarks>Whatever is thrown, also by the stream, nothing was changed and nothing is left behind. Waits for the device.</remarks>
    void SetEncodedWithBlob(string key, ReadOnlySequence<byte> encoded, Stream content, KvEntryOptions options = default, long? length = null);

    /// <inheritdoc cref="SetEncodedWithBlob(string, ReadOnlySequence{byte}, Stream, KvEntryOptions, long?)"/>
    /// <param name="key">The key.</param>
    /// <param name="encoded">Exactly one value in the store's <see cref="IKvStore.Format"/>.</param>
    /// <param name="content">The blob.</param>
    /// <param name="options">How long the entry lives, counted from when the blob is written, and its tags; default: for ever, none.</param>
    void SetEncodedWithBlob(string key, ReadOnlySequence<byte> encoded, ReadOnlySpan<byte> content, KvEntryOptions options = default);

    /// <summary>Gives a live entry another blob, or its first one. Value, life and tags stay; a sliding expiry moves as with a read.</summary>
    /// <param name="key">The key.</param>
    /// <param name="content">The blob, from the stream's position to its end. The stream stays open.</param>
    /// <param name="length">How many bytes there must be; null for as many as come.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    /// <exception cref="KvBlobException">There is no live entry, or the stream held more or fewer bytes than announced.</exception>
    /// <exception cref="KvStoreUnavailableException">The disk refused the blob.</exception>
    /// <exception cref="NotSupportedException">The store is memory-only.</exception>
    /// <remarks>Whatever is thrown, also by the stream, the entry and its old blob are as they were. Waits for the device.</remarks>
    void UpdateBlob(string key, Stream content, long? length = null);

    /// <inheritdoc cref="UpdateBlob(string, Stream, long?)"/>
    /// <param name="key">The key.</param>
    /// <param name="content">The blob.</param>
    void UpdateBlob(string key, ReadOnlySpan<byte> content);

    /// <inheritdoc cref="UpdateBlob(string, ReadOnlySpan{byte})"/>
    /// <exception cref="ArgumentNullException"><paramref name="content"/> is null, which is not the same as empty.</exception>
    void UpdateBlob(string key, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        UpdateBlob(key, content.AsSpan());
    }

    /// <summary>Opens the blob of an entry for reading. A sliding expiry moves.</summary>
    /// <param name="key">The key.</param>
    /// <returns>
    /// A stream that can be sought in and read asynchronously; the caller disposes of it. It goes on giving the same bytes whatever happens to the entry
    /// meanwhile.
    /// </returns>
    /// <exception cref="KvBlobException">There is no live entry, it has no blob, or the blob's file is gone.</exception>
    /// <exception cref="KvStoreUnavailableException">The disk refused it.</exception>
    /// <exception cref="NotSupportedException">The store is memory-only.</exception>
    Stream OpenBlob(string key);

    /// <summary>Reads the blob of an entry into an array. A sliding expiry moves.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="KvStoreException">The blob is longer than an array can be: open it as a stream.</exception>
    /// <inheritdoc cref="OpenBlob"/>
    byte[] GetBlob(string key);

    /// <summary>Sets an encoded value with a blob; see <see cref="SetEncodedWithBlob(string, ReadOnlySequence{byte}, Stream, KvEntryOptions, long?)"/>. No thread waits for the stream or the disk.</summary>
    /// <param name="key">The key.</param>
    /// <param name="encoded">Exactly one value in the store's <see cref="IKvStore.Format"/>.</param>
    /// <param name="content">The blob, from the stream's position to its end. The stream stays open.</param>
    /// <param name="options">How long the entry lives, counted from when the blob is written, and its tags; default: for ever, none.</param>
    /// <param name="length">How many bytes there must be; null for as many as come.</param>
    /// <param name="cancellationToken">Looked at until the blob is written; once it is being made durable it is carried out.</param>
    /// <returns>A task that completes when the entry is set.</returns>
    ValueTask SetEncodedWithBlobAsync(
        string key,
        ReadOnlySequence<byte> encoded,
        Stream content,
        KvEntryOptions options = default,
        long? length = null,
        CancellationToken cancellationToken = default);

    /// <inheritdoc cref="SetEncodedWithBlobAsync(string, ReadOnlySequence{byte}, Stream, KvEntryOptions, long?, CancellationToken)"/>
    /// <param name="key">The key.</param>
    /// <param name="encoded">Exactly one value in the store's <see cref="IKvStore.Format"/>.</param>
    /// <param name="content">The blob; it must not change until the task is complete.</param>
    /// <param name="options">How long the entry lives, counted from when the blob is written, and its tags; default: for ever, none.</param>
    /// <param name="cancellationToken">Looked at until the blob is written; once it is being made durable it is carried out.</param>
    ValueTask SetEncodedWithBlobAsync(
        string key,
        ReadOnlySequence<byte> encoded,
        ReadOnlyMemory<byte> content,
        KvEntryOptions options = default,
        CancellationToken cancellationToken = default);

    /// <summary>Gives a live entry another blob; see <see cref="UpdateBlob(string, Stream, long?)"/>. No thread waits for the stream or the disk.</summary>
    /// <param name="key">The key.</param>
    /// <param name="content">The blob, from the stream's position to its end. The stream stays open.</param>
    /// <param name="length">How many bytes there must be; null for as many as come.</param>
    /// <param name="cancellationToken">Looked at until the blob is written; once it is being made durable it is carried out.</param>
    /// <returns>A task that completes when the entry has the blob.</returns>
    ValueTask UpdateBlobAsync(string key, Stream content, long? length = null, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="UpdateBlobAsync(string, Stream, long?, CancellationToken)"/>
    /// <param name="key">The key.</param>
    /// <param name="content">The blob; it must not change until the task is complete.</param>
    /// <param name="cancellationToken">Looked at until the blob is written; once it is being made durable it is carried out.</param>
    ValueTask UpdateBlobAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default);

    /// <summary>Opens the blob of an entry for reading; see <see cref="OpenBlob"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Checked before anything is done.</param>
    /// <returns>The stream; the caller disposes of it.</returns>
    ValueTask<Stream> OpenBlobAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Reads the blob of an entry into an array; see <see cref="GetBlob"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Gives up the reading.</param>
    /// <returns>The bytes.</returns>
    ValueTask<byte[]> GetBlobAsync(string key, CancellationToken cancellationToken = default);
}
