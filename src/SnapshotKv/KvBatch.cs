using System.Buffers;

namespace SnapshotKv;

/// <summary>Changes to be carried out together by <see cref="IKvStore.Commit"/>. Of several changes of one key the last counts.</summary>
/// <remarks>Not thread-safe. Values are copied in, so the caller's buffers are free when a call returns. Life is counted from the commit on.</remarks>
public sealed class KvBatch
{
    private readonly Dictionary<string, Change> _changes = new(StringComparer.Ordinal);

    /// <summary>The keys that the batch changes.</summary>
    public int Count => _changes.Count;

    internal Dictionary<string, Change> Changes => _changes;

    /// <summary>Sets a value of bytes.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes, copied before the call returns.</param>
    /// <param name="options">How long the entry lives; default: for ever.</param>
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
    /// <param name="options">How long the entry lives; default: for ever.</param>
    /// <returns>This batch.</returns>
    public KvBatch SetEncoded(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        _changes[key] = new Change(ChangeKind.Encoded, encoded.ToArray(), options);
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

    internal enum ChangeKind : byte
    {
        Remove,
        Bytes,
        Encoded,
    }

    internal readonly record struct Change(ChangeKind Kind, byte[] Value, KvEntryOptions Options);
}
