using SnapshotKv.FileSystem;
using SnapshotKv.Journal;

namespace SnapshotKv.Engine;

/// <summary>What a store takes from its surroundings and a test replaces.</summary>
internal sealed record StoreEnvironment(IFileSystem FileSystem, IWorkScheduler Scheduler)
{
    /// <summary>How large the journal's segments are made.</summary>
    public SegmentSizes SegmentSizes { get; init; } = SegmentSizes.Default;

    /// <summary>When a store with a journal is saved.</summary>
    public SaveCadence Cadence { get; init; } = SaveCadence.Default;

    public static StoreEnvironment Default { get; } = new(PhysicalFileSystem.Instance, ThreadPoolScheduler.Instance);
}
