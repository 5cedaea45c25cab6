namespace SnapshotKv.Extensions.Configuration;

/// <summary>The settings of the writer of a configuration; section <c>SnapshotKv:Configuration</c>.</summary>
/// <remarks>
/// Not thread-safe while being written. Read once, when the writer is first used. When the configuration reloads is the provider's to say, which reads the same section from the
/// sources before it, see <see cref="SnapshotKvConfigurationSource"/>.
/// </remarks>
public sealed class SnapshotKvConfigurationOptions
{
    /// <summary>The largest value of <see cref="HistoryLimit"/>.</summary>
    public const int LargestHistoryLimit = 1_000_000;

    /// <summary>What stands before every key of the configuration in the store.</summary>
    /// <value>Well-formed text of 1 to 1,024 characters that overlaps with neither <c>snapshotkv:</c> nor the prefix of the store's cache. Default: <c>config:</c>.</value>
    /// <remarks>It must be the provider's, <see cref="SnapshotKvConfigurationSource.Prefix"/>: what is written under another one, nothing follows.</remarks>
    public string Prefix { get; set; } = "config:";

    /// <summary>How many revisions the history keeps; the oldest beyond them are removed with the next one.</summary>
    /// <value>1 to 1,000,000. Default: 1,000.</value>
    public int HistoryLimit { get; set; } = 1_000;
}
