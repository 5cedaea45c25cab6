using System.Buffers;

namespace SnapshotKv;

/// <summary>Typed values with blobs over the primitives of <see cref="IKvBlobs"/>.</summary>
/// <remarks>Thread-safe as the store is.</remarks>
public static class KvBlobExtensions
{
    /// <summary>Sets a typed value with a blob, replacing value, expiry, tags and blob of the key.</summary>
    /// <typeparam name="T">The declared type; a value of type <see cref="object"/> is stored by its own type.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, which may be null.</param>
    /// <param name="content">The blob, from the stream's position to its end. The stream stays open.</param>
    /// <param name="options">How long the entry lives, counted from when the blob is written, and its tags; default: for ever, none.</param>
    /// <param name="length">How many bytes there must be; null for as many as come.</param>
    /// <inheritdoc cref="IKvBlobs.SetEncodedWithBlob(string, ReadOnlySequence{byte}, Stream, KvEntryOptions, long?)"/>
    /// <exception cref="KvSerializationException">The type has no form in the store's format; nothing was changed.</exception>
    public static void SetBlob<T>(this IKvBlobs store, string key, T value, Stream content, KvEntryOptions options = default, long? length = null) =>
        store.SetEncodedWithBlob(key, Encode(store, key, value), content, options, length);

    /// <summary>Sets a typed value with a blob, replacing value, expiry, tags and blob of the key.</summary>
    /// <typeparam name="T">The declared type; a value of type <see cref="object"/> is stored by its own type.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, which may be null.</param>
    /// <param name="content">The blob.</param>
    /// <param name="options">How long the entry lives, counted from when the blob is written, and its tags; default: for ever, none.</param>
    /// <inheritdoc cref="SetBlob{T}(IKvBlobs, string, T, Stream, KvEntryOptions, long?)"/>
    public static void SetBlob<T>(this IKvBlobs store, string key, T value, ReadOnlySpan<byte> content, KvEntryOptions options = default) =>
        store.SetEncodedWithBlob(key, Encode(store, key, value), content, options);

    /// <exception cref="ArgumentNullException"><paramref name="content"/> is null, which is not the same as empty.</exception>
    /// <inheritdoc cref="SetBlob{T}(IKvBlobs, string, T, ReadOnlySpan{byte}, KvEntryOptions)"/>
    public static void SetBlob<T>(this IKvBlobs store, string key, T value, byte[] content, KvEntryOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        store.SetBlob(key, value, content.AsSpan(), options);
    }

    /// <summary>Sets a typed value with a blob; no thread waits for the stream or the disk.</summary>
    /// <typeparam name="T">The declared type; a value of type <see cref="object"/> is stored by its own type.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, which may be null.</param>
    /// <param name="content">The blob, from the stream's position to its end. The stream stays open.</param>
    /// <param name="options">How long the entry lives, counted from when the blob is written, and its tags; default: for ever, none.</param>
    /// <param name="length">How many bytes there must be; null for as many as come.</param>
    /// <param name="cancellationToken">Looked at until the blob is written; once it is being made durable it is carried out.</param>
    /// <returns>A task that completes when the entry is set.</returns>
    /// <inheritdoc cref="SetBlob{T}(IKvBlobs, string, T, Stream, KvEntryOptions, long?)"/>
    public static ValueTask SetBlobAsync<T>(
        this IKvBlobs store,
        string key,
        T value,
        Stream content,
        KvEntryOptions options = default,
        long? length = null,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return store.SetEncodedWithBlobAsync(key, Encode(store, key, value), content, options, length, cancellationToken);
    }

    /// <summary>Sets a typed value with a blob; no thread waits for the disk.</summary>
    /// <typeparam name="T">The declared type; a value of type <see cref="object"/> is stored by its own type.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, which may be null.</param>
    /// <param name="content">The blob; it must not change until the task is complete.</param>
    /// <param name="options">How long the entry lives, counted from when the blob is written, and its tags; default: for ever, none.</param>
    /// <param name="cancellationToken">Looked at until the blob is written; once it is being made durable it is carried out.</param>
    /// <returns>A task that completes when the entry is set.</returns>
    /// <inheritdoc cref="SetBlob{T}(IKvBlobs, string, T, Stream, KvEntryOptions, long?)"/>
    public static ValueTask SetBlobAsync<T>(
        this IKvBlobs store,
        string key,
        T value,
        ReadOnlyMemory<byte> content,
        KvEntryOptions options = default,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return store.SetEncodedWithBlobAsync(key, Encode(store, key, value), content, options, cancellationToken);
    }

    private static ReadOnlySequence<byte> Encode<T>(IKvBlobs store, string key, T value)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(key);
        return new(KvStoreExtensions.Encode(store.Serializer, key, value).WrittenMemory);
    }
}
