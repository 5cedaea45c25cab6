using System.Buffers;

namespace SnapshotKv;

/// <summary>
/// Changes to be carried out together by <see cref="IKvStore.TryCommit"/>, and conditions under which they are. Of several changes of one key the last
/// counts.
/// </summary>
/// <remarks>Not thread-safe. Values are copied in, so the caller's buffers are free when a call returns. Life is counted from the commit on.</remarks>
public sealed class KvBatch
{
    private readonly Dictionary<string, Change> _changes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _conditions = new(StringComparer.Ordinal);
    private readonly IKvSerializer? _serializer;

    /// <summary>Initializes a batch for bytes and encoded values; for typed ones see <see cref="KvStoreExtensions.CreateBatch"/>.</summary>
    public KvBatch()
    {
    }

    internal KvBatch(IKvSerializer serializer) => _serializer = serializer;

    /// <summary>The keys that the batch changes.</summary>
    public int Count => _changes.Count;

    /// <summary>What the commit is to survive, when that is more than what the store's writes do anyway.</summary>
    /// <value>Default: null, the highest level that one of the changes asks for, or the store's.</value>
    public KvDurability? Durability { get; set; }

    internal Dictionary<string, Change> Changes => _changes;

    /// <summary>The version that each of these keys must have; 0 for no live entry.</summary>
    internal Dictionary<string, long> Conditions => _conditions;

    /// <summary>Sets a typed value.</summary>
    /// <typeparam name="T">The declared type; a value of type <see cref="object"/> is stored by its own type.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, which may be null; written at once, so later changes of it do not matter.</param>
    /// <param name="options">How long the entry lives, and its tags; default: for ever, none.</param>
    /// <returns>This batch.</returns>
    /// <exception cref="InvalidOperationException">The batch was not made by <see cref="KvStoreExtensions.CreateBatch"/>, so it has no serializer.</exception>
    /// <exception cref="KvSerializationException">The type has no form in the store's format.</exception>
    public KvBatch Set<T>(string key, T value, KvEntryOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_serializer is null)
        {
            throw new InvalidOperationException($"A batch for typed values is made by {nameof(KvStoreExtensions.CreateBatch)} of the store.");
        }

        _changes[key] = new Change(ChangeKind.Encoded, KvStoreExtensions.Encode(_serializer, key, value).WrittenSpan.ToArray(), options);
        return this;
    }

    /// <summary>Sets a value of bytes.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes, copied before the call returns.</param>
    /// <param name="options">How long the entry lives, and its tags; default: for ever, none.</param>
    /// <returns>This batch.</returns>
    public KvBatch SetBytes(string key, ReadOnlySpan<byte> value, KvEntryOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        _changes[key] = new Change(ChangeKind.Bytes, value.ToArray(), options);
        return this;
    }

    /// <summary>Sets a value that is encoded already.</summary>
    /// <param name="key">The key.</param>
    /// <param name="encoded">Exactly one value in the store's format, copied before the call returns.</param>
    /// <param name="options">How long the entry lives, and its tags; default: for ever, none.</param>
    /// <returns>This batch.</returns>
    public KvBatch SetEncoded(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        _changes[key] = new Change(ChangeKind.Encoded, encoded.ToArray(), options);
        return this;
    }

    /// <summary>
    /// Replaces the value of a live entry, and keeps its life, its tags and its blob; a sliding expiry moves as with a read. Without a live entry the
    /// batch is refused as a conflict.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="encoded">Exactly one value in the store's format, copied before the call returns.</param>
    /// <returns>This batch.</returns>
    public KvBatch UpdateEncoded(string key, ReadOnlySequence<byte> encoded)
    {
        ArgumentNullException.ThrowIfNull(key);
        _changes[key] = new Change(ChangeKind.Update, encoded.ToArray(), default);
        return this;
    }

    /// <summary>Removes a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>This batch.</returns>
    public KvBatch Remove(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        _changes[key] = new Change(ChangeKind.Remove, [], default);
        return this;
    }

    /// <summary>Lets the batch be carried out only when an entry was not changed since it was read. A key need not be among those that are changed.</summary>
    /// <param name="key">The key.</param>
    /// <param name="version">The version that a read gave; 0 when it found no live entry.</param>
    /// <returns>This batch.</returns>
    /// <remarks>That an entry slid since is no change. That it expired is one.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="version"/> is negative.</exception>
    /// <exception cref="ArgumentException">The batch requires another version of the key already.</exception>
    public KvBatch RequireVersion(string key, long version)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        if (!_conditions.TryAdd(key, version) && _conditions[key] != version)
        {
            throw new ArgumentException($"The batch requires version {_conditions[key]} of key '{key}' already; it cannot have {version} at the same time.", nameof(version));
        }

        return this;
    }

    /// <summary>Lets the batch be carried out only when a key has no live entry.</summary>
    /// <param name="key">The key.</param>
    /// <returns>This batch.</returns>
    public KvBatch RequireAbsent(string key) => RequireVersion(key, 0);

    internal enum ChangeKind : byte
    {
        Remove,
        Bytes,
        Encoded,
        Update,
        UpdateBlob,
    }

    /// <param name="Kind">What is done to the key.</param>
    /// <param name="Value">The bytes, or the encoded value.</param>
    /// <param name="Options">How long the entry lives, and its tags.</param>
    /// <param name="BlobReference">The id of the blob; null for none.</param>
    internal readonly record struct Change(ChangeKind Kind, byte[] Value, KvEntryOptions Options, byte[]? BlobReference = null);
}
