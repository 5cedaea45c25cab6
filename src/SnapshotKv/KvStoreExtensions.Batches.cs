namespace SnapshotKv;

/// <content>Several keys at once.</content>
public static partial class KvStoreExtensions
{
    /// <summary>Makes a batch that also takes typed values.</summary>
    /// <param name="store">The store, or the partition, that the batch is for.</param>
    /// <returns>An empty batch.</returns>
    public static KvBatch CreateBatch(this IKvStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return new KvBatch(store.Serializer);
    }

    /// <summary>Carries out all changes of a batch as one commit: a reader that has seen one of them sees all of them.</summary>
    /// <param name="store">The store.</param>
    /// <param name="batch">The changes and conditions; it can be used again.</param>
    /// <remarks>In a transaction the batch becomes part of it, and is carried out with <see cref="IKvTransaction.Commit"/>.</remarks>
    /// <exception cref="KvConflictException">A condition of the batch does not hold; it names the key, and nothing was changed.</exception>
    /// <inheritdoc cref="IKvStore.TryCommit"/>
    public static KvCommitResult Commit(this IKvStore store, KvBatch batch)
    {
        ArgumentNullException.ThrowIfNull(store);
        return OrThrow(batch, store.TryCommit(batch));
    }

    /// <summary>Carries out all changes of a batch as one commit: a reader that has seen one of them sees all of them.</summary>
    /// <param name="store">The store.</param>
    /// <param name="batch">The changes and conditions; it can be used again.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <returns>The number of the commit, and how many live entries were removed.</returns>
    /// <exception cref="KvConflictException">A condition of the batch does not hold; it names the key, and nothing was changed.</exception>
    public static async ValueTask<KvCommitResult> CommitAsync(this IKvStore store, KvBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return OrThrow(batch, await store.TryCommitAsync(batch, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Reads the values of several keys.</summary>
    /// <typeparam name="T">What to read the values as; <see cref="object"/> reads whatever is there.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="keys">The keys; a repeated one is read once.</param>
    /// <returns>The values of those that have a live entry. Each is as it was when it was read; for one point in time use a transaction.</returns>
    /// <exception cref="KvSerializationException">An entry holds another kind of value; the message names the key and both kinds.</exception>
    public static IReadOnlyDictionary<string, T?> GetMany<T>(this IKvStore store, IEnumerable<string> keys)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(keys);
        var found = new Dictionary<string, T?>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            if (!found.ContainsKey(key) && store.TryGet<T>(key, out var value))
            {
                found.Add(key, value);
            }
        }

        return found;
    }

    /// <inheritdoc cref="GetMany{T}(IKvStore, IEnumerable{string})"/>
    /// <param name="store">The store.</param>
    /// <param name="keys">The keys; a repeated one is read once.</param>
    /// <param name="cancellationToken">Checked before each key.</param>
    public static async ValueTask<IReadOnlyDictionary<string, T?>> GetManyAsync<T>(this IKvStore store, IEnumerable<string> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(keys);
        var found = new Dictionary<string, T?>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            if (!found.ContainsKey(key) && await store.GetAsync<T>(key, cancellationToken).ConfigureAwait(false) is { Found: true } result)
            {
                found.Add(key, result.Value);
            }
        }

        return found;
    }

    /// <summary>Sets several typed values as one commit.</summary>
    /// <typeparam name="T">The declared type; values of type <see cref="object"/> are stored by their own types.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="values">The keys and values; of several values of one key the last counts.</param>
    /// <param name="options">How long the entries live, and their tags; default: for ever, none.</param>
    /// <exception cref="ArgumentException">A key is too long or has an unpaired surrogate, or a tag is refused; nothing was changed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The life is not positive, already over, or ends after 2262-04-11; or a value is larger than the store accepts; nothing was changed.</exception>
    /// <exception cref="KvSerializationException">The type has no form in the store's format; it names the key, and nothing was changed.</exception>
    public static void SetMany<T>(this IKvStore store, IEnumerable<KeyValuePair<string, T>> values, KvEntryOptions options = default) =>
        store.Commit(BatchOf(store, values, options));

    /// <inheritdoc cref="SetMany{T}(IKvStore, IEnumerable{KeyValuePair{string, T}}, KvEntryOptions)"/>
    /// <param name="store">The store.</param>
    /// <param name="values">The keys and values; of several values of one key the last counts.</param>
    /// <param name="options">How long the entries live, and their tags; default: for ever, none.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <returns>A task that completes when the values are set.</returns>
    public static async ValueTask SetManyAsync<T>(
        this IKvStore store,
        IEnumerable<KeyValuePair<string, T>> values,
        KvEntryOptions options = default,
        CancellationToken cancellationToken = default) =>
        await store.CommitAsync(BatchOf(store, values, options), cancellationToken).ConfigureAwait(false);

    /// <summary>Removes several keys as one commit.</summary>
    /// <param name="store">The store.</param>
    /// <param name="keys">The keys.</param>
    /// <returns>How many live entries were removed.</returns>
    public static int RemoveMany(this IKvStore store, IEnumerable<string> keys) => store.Commit(BatchOf(store, keys)).RemovedCount;

    /// <inheritdoc cref="RemoveMany"/>
    /// <param name="store">The store.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    public static async ValueTask<int> RemoveManyAsync(this IKvStore store, IEnumerable<string> keys, CancellationToken cancellationToken = default) =>
        (await store.CommitAsync(BatchOf(store, keys), cancellationToken).ConfigureAwait(false)).RemovedCount;

    private static KvCommitResult OrThrow(KvBatch batch, KvCommitResult result)
    {
        if (result.IsCommitted)
        {
            return result;
        }

        var key = result.ConflictingKey;
        var found = !batch.Conditions.TryGetValue(key, out var version) ? "has no live entry that could be updated"
            : version == 0 ? "has a live entry, and the batch requires that it has none"
            : $"does not have version {version} any more, which the batch requires: somebody else changed or removed it, or it expired";
        throw new KvConflictException(key, $"Key '{key}' {found}. Nothing was changed; read again and try again.");
    }

    private static KvBatch BatchOf<T>(IKvStore store, IEnumerable<KeyValuePair<string, T>> values, in KvEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(values);
        var batch = store.CreateBatch();
        foreach (var (key, value) in values)
        {
            batch.Set(key, value, options);
        }

        return batch;
    }

    private static KvBatch BatchOf(IKvStore store, IEnumerable<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var batch = store.CreateBatch();
        foreach (var key in keys)
        {
            batch.Remove(key);
        }

        return batch;
    }
}
