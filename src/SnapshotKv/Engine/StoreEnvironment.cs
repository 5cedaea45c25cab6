using SnapshotKv.FileSystem;

namespace SnapshotKv.Engine;

/// <summary>What a store takes from its surroundings and a test replaces.</summary>
internal sealed record StoreEnvironment(IFileSystem FileSystem, IWorkScheduler Scheduler)
{
    public static StoreEnvironment Default { get; } = new(PhysicalFileSystem.Instance, ThreadPoolScheduler.Instance);
}
