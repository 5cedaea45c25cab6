namespace SnapshotKv.Samples.Worker;

/// <summary>The section <c>Worker</c> of the configuration, followed while the worker runs.</summary>
internal sealed class WorkerOptions
{
    public const string Section = "Worker";

    /// <summary>Whose files are digested, with those of the directories in it.</summary>
    public string Directory { get; set; } = ".";

    /// <summary>Which files, for instance <c>*.cs</c>.</summary>
    public string Pattern { get; set; } = "*";

    /// <summary>How long it rests between two rounds.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);
}
