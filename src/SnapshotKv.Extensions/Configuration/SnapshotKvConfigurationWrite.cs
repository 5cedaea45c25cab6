namespace SnapshotKv.Extensions.Configuration;

/// <summary>What a write did.</summary>
/// <param name="Revision">The number of its revision; when nothing changed, that of the last one.</param>
/// <param name="Version">The version of the configuration after it.</param>
/// <param name="Changes">The keys that changed; none when there was nothing to change.</param>
public sealed record SnapshotKvConfigurationWrite(long Revision, string Version, IReadOnlyList<SnapshotKvConfigurationValueChange> Changes);
