using SnapshotKv.Engine;

namespace SnapshotKv.Tests.Store;

/// <summary>Keeps background work until the test lets it run.</summary>
internal sealed class HeldScheduler : IWorkScheduler
{
    private readonly Queue<Action> _held = [];

    public void Queue(Action work) => _held.Enqueue(work);

    public void RunAll()
    {
        while (_held.TryDequeue(out var work))
        {
            work();
        }
    }
}
