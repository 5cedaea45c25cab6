namespace SnapshotKv.Extensions.Configuration;

/// <summary>A write that is to be made.</summary>
/// <param name="Author">Who wants it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Edit">Makes the change; called again when another writer came between.</param>
internal sealed record ConfigurationOrder(string? Author, string? Reason, Action<ConfigurationDraft> Edit)
{
    /// <summary>The version that the configuration must have; null for any.</summary>
    public string? ExpectedVersion { get; init; }

    /// <summary>The revision that is taken back; null when none is.</summary>
    public long? UndoOf { get; init; }

    /// <summary>The file of the snapshot that is gone back to; null when none is.</summary>
    public string? RestoredFrom { get; init; }
}
