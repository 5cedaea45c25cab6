namespace SnapshotKv.Extensions.Configuration;

/// <summary>The settings of a configuration in a store that provider and writer share; section <c>SnapshotKv:Configuration</c>.</summary>
/// <remarks>
/// Not thread-safe while being written. The provider reads the section from the sources before it; in the container these are the writer's, which
/// looks at <see cref="Prefix"/> and <see cref="HistoryLimit"/> once, when it is first used.
/// </remarks>
public sealed class SnapshotKvConfigurationOptions
{
    /// <summary>The largest value of <see cref="HistoryLimit"/>.</summary>
    public const int LargestHistoryLimit = 1_000_000;

    /// <summary>What stands before every key of the configuration in the store.</summary>
    /// <value>Well-formed text of 1 to 1,024 characters that does not overlap with <c>snapshotkv:</c>. Default: <c>config:</c>.</value>
    public string Prefix { get; set; } = "config:";

    /// <summary>When a changed configuration is published.</summary>
    /// <value>Default: <see cref="SnapshotKvReloadMode.Snapshot"/>.</value>
    public SnapshotKvReloadMode ReloadOn { get; set; }

    /// <summary>How long further changes are waited for after the first one.</summary>
    /// <value>Not negative, at most a day. Default: 250 ms.</value>
    public TimeSpan ReloadDebounce { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How many revisions the history keeps; the oldest beyond them are removed with the next one.</summary>
    /// <value>1 to 1,000,000. Default: 1,000.</value>
    public int HistoryLimit { get; set; } = 1_000;
}
