namespace SnapshotKv.Engine;

/// <summary>Where background work runs.</summary>
internal interface IWorkScheduler
{
    /// <summary>Runs the work some time soon. The work does not throw.</summary>
    void Queue(Action work);
}
