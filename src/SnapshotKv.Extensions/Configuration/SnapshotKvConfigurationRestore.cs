namespace SnapshotKv.Extensions.Configuration;

/// <summary>Which snapshot a configuration is to go back to, by whose wish and why.</summary>
/// <param name="Snapshot">The name of its file, or a name that it is pinned by.</param>
/// <remarks>Immutable.</remarks>
public sealed record SnapshotKvConfigurationRestore(string Snapshot)
{
    /// <summary>What goes back: a section with all below it, or a key. The rest stays as it is.</summary>
    /// <value>Default: empty, the whole configuration. Case does not matter.</value>
    public string Section { get; init; } = "";

    /// <summary>Who goes back; kept in the history.</summary>
    public string? Author { get; init; }

    /// <summary>Why; kept in the history.</summary>
    /// <value>Default: null, a sentence that names the snapshot.</value>
    public string? Reason { get; init; }

    /// <summary>The version that the configuration must have, <see cref="SnapshotKvConfigurationValues.Version"/>; null for any.</summary>
    public string? ExpectedVersion { get; init; }
}
