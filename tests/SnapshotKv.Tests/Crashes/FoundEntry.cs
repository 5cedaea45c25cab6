namespace SnapshotKv.Tests.Crashes;

/// <summary>A live entry as an opened store shows it.</summary>
/// <param name="Value">The value.</param>
/// <param name="Deadline">When it ends.</param>
/// <param name="Window">By how much a read moves that.</param>
/// <param name="Tags">Its tags.</param>
/// <param name="Blob">Its blob; null for none.</param>
/// <param name="Claimant">The serializer that typed values under its prefix belong to; null where nobody looked.</param>
internal sealed record FoundEntry(byte[] Value, DateTimeOffset? Deadline, TimeSpan? Window, IReadOnlyList<string> Tags, byte[]? Blob, string? Claimant)
{
    /// <summary>Whether another opening shows the same.</summary>
    public bool IsSame(FoundEntry other) =>
        Value.AsSpan().SequenceEqual(other.Value) && Deadline == other.Deadline && Window == other.Window && Claimant == other.Claimant
        && Tags.Order(StringComparer.Ordinal).SequenceEqual(other.Tags.Order(StringComparer.Ordinal))
        && (Blob is null) == (other.Blob is null) && Blob.AsSpan().SequenceEqual(other.Blob);
}
