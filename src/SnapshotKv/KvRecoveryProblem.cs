namespace SnapshotKv;

/// <summary>A file that was damaged when a store was opened.</summary>
/// <param name="FileName">Its name.</param>
/// <param name="Reason">What is wrong with it, and where.</param>
/// <param name="MovedTo">The path it was set aside to, with a text of the same name and <c>.reason</c> beside it; null when it could not be moved.</param>
public sealed record KvRecoveryProblem(string FileName, string Reason, string? MovedTo)
{
    /// <summary>Where in the file the damage was seen, in bytes, decompressed where it is compressed; null when that is not known.</summary>
    public long? Offset { get; init; }
}
