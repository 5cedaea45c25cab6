namespace SnapshotKv;

/// <summary>What a snapshot that was just saved holds under a prefix.</summary>
/// <remarks>Immutable: a copy of its own.</remarks>
public sealed class KvSnapshotContents
{
    /// <summary>The snapshot.</summary>
    public required SnapshotInfo Snapshot { get; init; }

    /// <summary>The number of the last commit that is in it: all up to that one are, none behind it is.</summary>
    public required long Version { get; init; }

    /// <summary>The format the values are encoded in.</summary>
    public required KvFormat Format { get; init; }

    /// <summary>The entries that were alive when it was saved: the whole key, with the prefix, and the value as it is encoded.</summary>
    public required IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Entries { get; init; }
}
