using SnapshotKv.Engine;

namespace SnapshotKv.Tests.Store;

/// <summary>Runs background work at once, on the thread that caused it.</summary>
internal sealed class InlineScheduler : IWorkScheduler
{
    public void Queue(Action work) => work();
}
