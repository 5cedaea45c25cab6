namespace SnapshotKv;

/// <summary>A snapshot file of a store.</summary>
/// <param name="FileName">The name inside the store's <c>snapshots</c> directory, for instance <c>data-20260301-143022-0001.msgpack.gz</c>.</param>
/// <param name="SizeBytes">The size of the file in bytes.</param>
/// <param name="Time">The local time that the name carries, to the second, without an offset: names are written in the writer's zone.</param>
/// <param name="Counter">Tells snapshots of one second apart; 0 to 65,535.</param>
/// <remarks>
/// Immutable. Two are equal when they tell of the same file, by its name and size: what else is known of it differs with the moment at which somebody looked.
/// </remarks>
public sealed record SnapshotInfo(string FileName, long SizeBytes, DateTime Time, int Counter)
{
    /// <summary>When it was made, as the file says; null where it does not.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The number of the last commit that is in it; null in a file that Go wrote, which knows no numbers.</summary>
    public long? Version { get; init; }

    /// <summary>The entries it holds; null where that is not told without reading all of it, as in Go's JSON.</summary>
    public long? Entries { get; init; }

    /// <summary>The format of the file and of the values in it; null when it cannot be read here, as one of a codec of Go's own.</summary>
    public KvFormat? Format { get; init; }

    /// <summary>Why it was saved.</summary>
    public KvSaveReason Reason { get; init; }

    /// <summary>The names that it is pinned by, in the order of their characters; empty for one that retention may delete.</summary>
    public IReadOnlyList<string> PinnedNames { get; init; } = [];

    /// <summary>Why its beginning cannot be read; null when that is in order, which says nothing of what comes behind.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether another one tells of the same file.</summary>
    /// <param name="other">The other.</param>
    /// <returns>Whether name and size are the same.</returns>
    public bool Equals(SnapshotInfo? other) => other is not null && FileName == other.FileName && SizeBytes == other.SizeBytes;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(StringComparer.Ordinal.GetHashCode(FileName), SizeBytes);
}
