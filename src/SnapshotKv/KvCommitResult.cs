using System.Diagnostics.CodeAnalysis;

namespace SnapshotKv;

/// <summary>What became of a batch.</summary>
public readonly record struct KvCommitResult
{
    /// <summary>Whether the batch was carried out; when not, nothing of it was.</summary>
    [MemberNotNullWhen(false, nameof(ConflictingKey))]
    public bool IsCommitted => ConflictingKey is null;

    /// <summary>
    /// The number of the commit, which is the version of every entry that it set; 0 when the batch was refused. A batch that changes nothing makes no
    /// commit, and this is then the number of the last one.
    /// </summary>
    public long Version { get; init; }

    /// <summary>How many live entries were removed.</summary>
    public int RemovedCount { get; init; }

    /// <summary>The first key whose condition did not hold; null when the batch was carried out.</summary>
    public string? ConflictingKey { get; init; }
}
