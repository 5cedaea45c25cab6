using System.Runtime.CompilerServices;
using SnapshotKv.Engine;

namespace SnapshotKv.Benchmarks.Peers;

/// <summary>
/// The two inner parts that figures ask for and the public API rightly hides: a save with the one core less that background saves leave to the
/// application, begun at a chosen moment; and single slices of a sweep.
/// </summary>
internal static class StoreInternals
{
    public static Checkpointer Checkpointer(KvStore store) => DirectoryOf(store)!.Checkpointer!;

    public static CommitPipeline Pipeline(KvStore store) => EngineOf(store).Pipeline;

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_directory")]
    private static extern ref OpenDirectory? DirectoryOf(KvStore store);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Engine")]
    private static extern StoreEngine EngineOf(KvKeyspace store);
}
