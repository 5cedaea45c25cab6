namespace SnapshotKv.Extensions.Configuration;

/// <summary>The entries under a prefix at one point in time, as they are kept.</summary>
/// <param name="Version">The number of the last commit that may be in them; all up to it are.</param>
/// <param name="Format">The format the values are encoded in.</param>
/// <param name="Values">The whole keys, with the prefix, and the encoded values.</param>
/// <remarks>Immutable.</remarks>
internal sealed record ConfigurationEntries(long Version, KvFormat Format, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Values)
{
    /// <summary>Tells which of two sets is the later one. It is the version, except where the numbers of commits can go back: where the store follows another one that has begun anew.</summary>
    public long Order { get; init; } = Version;

    /// <summary>Whether the other ones have the same keys and bytes, which is cheaper to tell than whether they mean the same.</summary>
    public bool HasSameValues(ConfigurationEntries other)
    {
        if (Format != other.Format || Values.Count != other.Values.Count)
        {
            return false;
        }

        foreach (var (key, value) in Values)
        {
            if (!other.Values.TryGetValue(key, out var otherValue) || !value.Span.SequenceEqual(otherValue.Span))
            {
                return false;
            }
        }

        return true;
    }
}
