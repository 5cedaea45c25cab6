using System.Collections.Concurrent;
using System.Diagnostics;

namespace SnapshotKv.Tests.Diagnostics;

/// <summary>Keeps the activities of one store that have ended. Sources are the process's, so a store is told from those of other tests by its name.</summary>
internal sealed class ActivityCollector : IDisposable
{
    private readonly ConcurrentQueue<Activity> _stopped = [];
    private readonly ActivityListener _listener;

    public ActivityCollector(string store)
    {
        _listener = new()
        {
            ShouldListenTo = static source => source.Name == SnapshotKvDiagnostics.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if ((string?)activity.GetTagItem(SnapshotKvDiagnostics.StoreTag) == store)
                {
                    _stopped.Enqueue(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyList<Activity> Of(string name) => [.. _stopped.Where(activity => activity.OperationName == name)];

    public void Dispose() => _listener.Dispose();
}
