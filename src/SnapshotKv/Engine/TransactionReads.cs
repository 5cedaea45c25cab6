using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>What a transaction relies on: the keys it read or wrote, and what it scanned.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class TransactionReads
{
    private readonly HashSet<byte[]> _keys = new(KeyBytes.Comparer);
    private readonly HashSet<byte[]> _prefixes = new(KeyBytes.Comparer);
    private readonly HashSet<byte[]> _tagPrefixes = new(KeyBytes.Comparer);

    public void AddKey(ReadOnlySpan<byte> key) => _keys.GetAlternateLookup<ReadOnlySpan<byte>>().Add(key);

    public void AddPrefix(byte[] prefix) => _prefixes.Add(prefix);

    public void AddTagPrefix(byte[] tagPrefix) => _tagPrefixes.Add(tagPrefix);

    /// <summary>Whether anything of it was changed since the transaction began, or may have been.</summary>
    /// <param name="log">What was changed.</param>
    /// <param name="since">When the transaction began.</param>
    /// <param name="changed">One of the keys that were changed; null when none was, or when it is not known which.</param>
    public bool IsAnyChanged(TransactionLog log, TransactionStart since, out byte[]? changed)
    {
        foreach (var key in _keys)
        {
            if (log.IsChanged(key, since, out var isKnown))
            {
                changed = isKnown ? key : null;
                return true;
            }
        }

        foreach (var prefix in _prefixes)
        {
            if (log.IsAnyChanged(prefix, since, out changed))
            {
                return true;
            }
        }

        foreach (var tagPrefix in _tagPrefixes)
        {
            if (log.IsAnyTaggedChanged(tagPrefix, since, out changed))
            {
                return true;
            }
        }

        changed = null;
        return false;
    }
}
