namespace SnapshotKv.Extensions.Configuration;

/// <summary>The configuration that a store holds.</summary>
/// <param name="Values">All keys and values; keys ignore case.</param>
/// <param name="Revision">The number of the last revision; 0 when nothing was written by the writer yet.</param>
/// <param name="Version">
/// Stands for exactly these values: another whenever anything is changed, by the writer or not, and the same after a restart. Give it back as
/// <see cref="SnapshotKvConfigurationChange.ExpectedVersion"/>. It is made of the values by a hash.
/// </param>
public sealed record SnapshotKvConfigurationValues(IReadOnlyDictionary<string, string?> Values, long Revision, string Version);
