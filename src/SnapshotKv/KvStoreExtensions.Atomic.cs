using System.Buffers;

namespace SnapshotKv;

/// <content>Changes that depend on what is there.</content>
public static partial class KvStoreExtensions
{
    /// <summary>Sets a typed value if the key has no live entry.</summary>
    /// <typeparam name="T">The declared type; a value of type <see cref="object"/> is stored by its own type.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, which may be null.</param>
    /// <param name="options">How long the entry lives, and its tags; default: for ever, none.</param>
    /// <returns>Whether it was set; when not, nothing was changed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The life is not positive, already over, or ends after 2262-04-11; or the value is larger than the store accepts.</exception>
    /// <exception cref="KvSerializationException">The type has no form in the store's format; nothing was changed.</exception>
    public static bool TryAdd<T>(this IKvStore store, string key, T value, KvEntryOptions options = default) =>
        store.TryCommit(store.CreateBatch().Set(key, value, options).RequireAbsent(key)).IsCommitted;

    /// <inheritdoc cref="TryAdd{T}(IKvStore, string, T, KvEntryOptions)"/>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, which may be null.</param>
    /// <param name="options">How long the entry lives, and its tags; default: for ever, none.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    public static async ValueTask<bool> TryAddAsync<T>(this IKvStore store, string key, T value, KvEntryOptions options = default, CancellationToken cancellationToken = default) =>
        (await store.TryCommitAsync(store.CreateBatch().Set(key, value, options).RequireAbsent(key), cancellationToken).ConfigureAwait(false)).IsCommitted;

    /// <summary>Replaces the value of an entry that was not changed since it was read. Its life, tags and blob stay as they are.</summary>
    /// <typeparam name="T">The declared type; a value of type <see cref="object"/> is stored by its own type.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The new value, which may be null.</param>
    /// <param name="version">The version that the read gave, which is at least 1.</param>
    /// <returns>Whether it was replaced; when not, somebody else changed or removed the entry, or it expired, and nothing was changed.</returns>
    /// <remarks>To replace life and tags too, commit a batch with <see cref="KvBatch.RequireVersion"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="version"/> is less than 1; or the value is larger than the store accepts.</exception>
    /// <exception cref="KvSerializationException">The type has no form in the store's format; nothing was changed.</exception>
    public static bool TryUpdate<T>(this IKvStore store, string key, T value, long version) => store.TryUpdate(key, value, version, out _);

    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The new value, which may be null.</param>
    /// <param name="version">The version that the read gave, which is at least 1.</param>
    /// <param name="newVersion">The entry's version from now on; 0 when it was not replaced.</param>
    /// <inheritdoc cref="TryUpdate{T}(IKvStore, string, T, long)"/>
    public static bool TryUpdate<T>(this IKvStore store, string key, T value, long version, out long newVersion)
    {
        var result = store.TryCommit(UpdateOf(store, key, value, version));
        newVersion = result.Version;
        return result.IsCommitted;
    }

    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The new value, which may be null.</param>
    /// <param name="version">The version that the read gave, which is at least 1.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <inheritdoc cref="TryUpdate{T}(IKvStore, string, T, long)"/>
    public static async ValueTask<bool> TryUpdateAsync<T>(this IKvStore store, string key, T value, long version, CancellationToken cancellationToken = default) =>
        (await store.TryCommitAsync(UpdateOf(store, key, value, version), cancellationToken).ConfigureAwait(false)).IsCommitted;

    /// <summary>Adds to a whole number; a key without a live entry counts as 0. Atomic: of any number of callers at once none is lost.</summary>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="by">What to add; may be negative. Default: 1.</param>
    /// <param name="options">How long an entry lives that has to be made, and its tags; one that is there keeps its own. Default: for ever, none.</param>
    /// <returns>The new value.</returns>
    /// <remarks>Takes no lock: when somebody else changes the entry in between it is tried again.</remarks>
    /// <exception cref="OverflowException">The sum does not fit into 64 bits; nothing was changed.</exception>
    /// <exception cref="KvSerializationException">The entry holds something else than a whole number; it names the key.</exception>
    public static long Increment(this IKvStore store, string key, long by = 1, KvEntryOptions options = default)
    {
        while (true)
        {
            store.TryGet<long>(key, out var value, out var version);
            var sum = Add(key, value, by);
            if (store.TryCommit(SumOf(store, key, sum, version, options)).IsCommitted)
            {
                return sum;
            }
        }
    }

    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="by">What to add; may be negative. Default: 1.</param>
    /// <param name="options">How long an entry lives that has to be made, and its tags; one that is there keeps its own. Default: for ever, none.</param>
    /// <param name="cancellationToken">Checked before each try; once a try has begun it is carried out.</param>
    /// <inheritdoc cref="Increment"/>
    public static async ValueTask<long> IncrementAsync(this IKvStore store, string key, long by = 1, KvEntryOptions options = default, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var read = await store.GetAsync<long>(key, cancellationToken).ConfigureAwait(false);
            var sum = Add(key, read.Value, by);
            if ((await store.TryCommitAsync(SumOf(store, key, sum, read.Version, options), cancellationToken).ConfigureAwait(false)).IsCommitted)
            {
                return sum;
            }
        }
    }

    private static long Add(string key, long value, long by)
    {
        try
        {
            return checked(value + by);
        }
        catch (OverflowException exception)
        {
            throw new OverflowException($"Key '{key}' holds {value}; adding {by} does not fit into 64 bits. Nothing was changed.", exception);
        }
    }

    private static KvBatch SumOf(IKvStore store, string key, long sum, long version, in KvEntryOptions options) => version == 0
        ? store.CreateBatch().Set(key, sum, options).RequireAbsent(key)
        : UpdateOf(store, key, sum, version);

    private static KvBatch UpdateOf<T>(IKvStore store, string key, T value, long version)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        var encoded = new ReadOnlySequence<byte>(Encode(store.Serializer, key, value).WrittenMemory);
        return new KvBatch().UpdateEncoded(key, encoded).RequireVersion(key, version);
    }
}
