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

    /// <summary>Something of it that was changed after a commit; null when nothing was, empty when it is not known what.</summary>
    public byte[]? FindConflict(TransactionLog log, ulong since)
    {
        foreach (var key in _keys)
        {
            if (log.IsChanged(key, since))
            {
                return key;
            }
        }

        foreach (var prefix in _prefixes)
        {
            if (log.IsAnyChanged(prefix, since, out var key))
            {
                return key ?? [];
            }
        }

        foreach (var tagPrefix in _tagPrefixes)
        {
            if (log.IsAnyTaggedChanged(tagPrefix, since, out var key))
            {
                return key ?? [];
            }
        }

        return null;
    }
}
