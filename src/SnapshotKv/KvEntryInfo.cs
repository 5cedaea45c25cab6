namespace SnapshotKv;

/// <summary>What a store knows of an entry beside its value.</summary>
public readonly record struct KvEntryInfo
{
    /// <summary>The number of the commit that changed the entry last; see <see cref="KvBatch.RequireVersion"/>. At least 1.</summary>
    public long Version { get; init; }

    /// <summary>The instant from which on the entry is gone, as it stands now when it slides; null when it does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How long the entry lives from when it was last read; null when reads do not matter.</summary>
    public TimeSpan? SlidingExpiration { get; init; }

    /// <summary>The entry's tags, each once.</summary>
    public IReadOnlyList<string> Tags
    {
        get => field ?? [];
        init;
    }

    /// <summary>Whether the entry has a blob.</summary>
    public bool HasBlob { get; init; }

    /// <summary>The length of the encoded value in bytes.</summary>
    public int ValueBytes { get; init; }
}
