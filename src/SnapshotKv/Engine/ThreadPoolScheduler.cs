namespace SnapshotKv.Engine;

/// <summary>Runs background work on the thread pool.</summary>
internal sealed class ThreadPoolScheduler : IWorkScheduler
{
    public static ThreadPoolScheduler Instance { get; } = new();

    public void Queue(Action work) => ThreadPool.UnsafeQueueUserWorkItem(static work => work(), work, preferLocal: false);
}
