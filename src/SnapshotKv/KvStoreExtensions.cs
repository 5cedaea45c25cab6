using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace SnapshotKv;

/// <summary>Typed and untyped values over the primitives of <see cref="IKvStore"/>, by the store's <see cref="IKvStore.Serializer"/>.</summary>
/// <remarks>Thread-safe as the store is.</remarks>
public static partial class KvStoreExtensions
{
    /// <summary>Reads a typed value.</summary>
    /// <typeparam name="T">What to read the value as; <see cref="object"/> reads whatever is there.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, which may be a stored null; the type's default when there is none.</param>
    /// <returns>Whether there is a live entry.</returns>
    /// <exception cref="KvSerializationException">The entry holds another kind of value; the message names the key and both kinds.</exception>
    public static bool TryGet<T>(this IKvStore store, string key, [MaybeNull] out T value) => store.TryGet(key, out value, out _);

    /// <summary>Reads a typed value and its version.</summary>
    /// <typeparam name="T">What to read the value as; <see cref="object"/> reads whatever is there.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, which may be a stored null; the type's default when there is none.</param>
    /// <param name="version">The number of the commit that changed the entry last, at least 1; 0 when there is none.</param>
    /// <returns>Whether there is a live entry.</returns>
    /// <exception cref="KvSerializationException">The entry holds another kind of value; the message names the key and both kinds.</exception>
    public static bool TryGet<T>(this IKvStore store, string key, [MaybeNull] out T value, out long version)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (store is KvKeyspace embedded)
        {
            return embedded.TryGetTyped(key, out value, out version);
        }

        var buffer = new ArrayBufferWriter<byte>();
        if (!store.TryReadEncoded(key, buffer, out version))
        {
            value = default;
            return false;
        }

        value = Decode<T>(store.Serializer, key, buffer.WrittenMemory);
        return true;
    }

    /// <summary>
    /// Reads a value whatever it is: null, <see cref="bool"/>, <see cref="long"/>, <see cref="ulong"/> (what is above <see cref="long.MaxValue"/>),
    /// <see cref="double"/>, <see cref="string"/>, <see cref="byte"/>[], <see cref="DateTimeOffset"/>, a <see cref="List{T}"/> or a
    /// <see cref="Dictionary{TKey, TValue}"/> of these.
    /// </summary>
    /// <inheritdoc cref="TryGet{T}(IKvStore, string, out T)"/>
    public static bool TryGet(this IKvStore store, string key, out object? value) => store.TryGet<object>(key, out value);

    /// <summary>Reads a typed value.</summary>
    /// <typeparam name="T">What to read the value as; <see cref="object"/> reads whatever is there.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Checked before anything is done.</param>
    /// <returns>Whether there was a live entry, and its value.</returns>
    /// <exception cref="KvSerializationException">The entry holds another kind of value; the message names the key and both kinds.</exception>
    public static async ValueTask<KvResult<T>> GetAsync<T>(this IKvStore store, string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        cancellationToken.ThrowIfCancellationRequested();
        if (store is KvKeyspace embedded)
        {
            return embedded.TryGetTyped<T>(key, out var value, out var known) ? new(value, known) : default;
        }

        var buffer = new ArrayBufferWriter<byte>();
        var version = await store.ReadEncodedAsync(key, buffer, cancellationToken).ConfigureAwait(false);
        return version == 0 ? default : new(Decode<T>(store.Serializer, key, buffer.WrittenMemory), version);
    }

    /// <summary>Sets a typed value that does not expire, replacing value, expiry, tags and blob of the key.</summary>
    /// <inheritdoc cref="Set{T}(IKvStore, string, T, KvEntryOptions)"/>
    public static void Set<T>(this IKvStore store, string key, T value) => store.Set(key, value, default(KvEntryOptions));

    /// <summary>Sets a typed value that lives for a time, replacing value, expiry, tags and blob of the key.</summary>
    /// <typeparam name="T">The declared type; a value of type <see cref="object"/> is stored by its own type.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, which may be null.</param>
    /// <param name="timeToLive">How long the entry lives: positive, or <see cref="Timeout.InfiniteTimeSpan"/> (-1 ms) for ever.</param>
    /// <exception cref="ArgumentOutOfRangeException">The life is not positive or ends after 2262-04-11; or the value is larger than the store accepts.</exception>
    /// <exception cref="KvSerializationException">The type has no form in the store's format; nothing was changed.</exception>
    public static void Set<T>(this IKvStore store, string key, T value, TimeSpan timeToLive) =>
        store.Set(key, value, new KvEntryOptions { TimeToLive = timeToLive });

    /// <summary>Sets a typed value, replacing value, expiry, tags and blob of the key.</summary>
    /// <typeparam name="T">The declared type; a value of type <see cref="object"/> is stored by its own type.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, which may be null.</param>
    /// <param name="options">How long the entry lives, and its tags.</param>
    /// <exception cref="ArgumentOutOfRangeException">The life is not positive, already over, or ends after 2262-04-11; or the value is larger than the store accepts.</exception>
    /// <exception cref="KvSerializationException">The type has no form in the store's format; nothing was changed.</exception>
    public static void Set<T>(this IKvStore store, string key, T value, KvEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(key);
        var buffer = Encode(store.Serializer, key, value);
        if (store is KvKeyspace embedded)
        {
            embedded.SetTrusted(key, buffer.WrittenSpan, options);
        }
        else
        {
            store.SetEncoded(key, new ReadOnlySequence<byte>(buffer.WrittenMemory), options);
        }
    }

    /// <summary>Sets a typed value, replacing value, expiry, tags and blob of the key.</summary>
    /// <typeparam name="T">The declared type; a value of type <see cref="object"/> is stored by its own type.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, which may be null.</param>
    /// <param name="options">How long the entry lives, and its tags; default: for ever, none.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <returns>A task that completes when the value is set.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The life is not positive, already over, or ends after 2262-04-11; or the value is larger than the store accepts.</exception>
    /// <exception cref="KvSerializationException">The type has no form in the store's format; nothing was changed.</exception>
    public static ValueTask SetAsync<T>(this IKvStore store, string key, T value, KvEntryOptions options = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        return store.SetEncodedAsync(key, new ReadOnlySequence<byte>(Encode(store.Serializer, key, value).WrittenMemory), options, cancellationToken);
    }

    /// <summary>The live entries whose keys begin with a prefix, in the order of the keys' UTF-8 bytes.</summary>
    /// <typeparam name="T">What to read the values as; <see cref="object"/> reads whatever is there.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="prefix">The prefix; empty for all.</param>
    /// <returns>
    /// Read while it is enumerated, so the loop may call the store and may stop early. Each entry was live when it was returned; the whole is not
    /// one point in time. A sliding expiry is moved by the reading of its value.
    /// </returns>
    /// <exception cref="KvSerializationException">While enumerating: an entry holds another kind of value; the message names the key and both kinds.</exception>
    public static IEnumerable<KeyValuePair<string, T?>> Scan<T>(this IKvStore store, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(store);
        var keys = store.GetKeys(prefix);
        return Values(store, keys);

        static IEnumerable<KeyValuePair<string, T?>> Values(IKvStore store, IEnumerable<string> keys)
        {
            foreach (var key in keys)
            {
                if (store.TryGet<T>(key, out var value))
                {
                    yield return new(key, value);
                }
            }
        }
    }

    internal static ArrayBufferWriter<byte> Encode<T>(IKvSerializer serializer, string key, T value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        try
        {
            serializer.Serialize(value, buffer);
            return buffer;
        }
        catch (KvSerializationException exception) when (exception.Key is null)
        {
            throw new KvSerializationException(key, exception.Message, exception.InnerException ?? exception);
        }
    }

    internal static T? Decode<T>(IKvSerializer serializer, string key, ReadOnlyMemory<byte> encoded)
    {
        try
        {
            return serializer.Deserialize<T>(new ReadOnlySequence<byte>(encoded));
        }
        catch (KvSerializationException exception) when (exception.Key is null)
        {
            throw new KvSerializationException(key, exception.Message, exception.InnerException ?? exception);
        }
    }
}
