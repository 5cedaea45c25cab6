using System.Diagnostics;

namespace SnapshotKv.Diagnostics;

/// <summary>The source of the engine's activities. Sources are the process's, unlike meters: who listens chooses by name.</summary>
internal static class StoreActivities
{
    private static readonly ActivitySource Source = new(SnapshotKvDiagnostics.ActivitySourceName, StoreMetrics.Version);

    /// <summary>Begins an activity.</summary>
    /// <returns>The activity; null when nobody listens.</returns>
    public static Activity? Start(string name, string store)
    {
        var activity = Source.StartActivity(name, ActivityKind.Internal);
        activity?.SetTag(SnapshotKvDiagnostics.StoreTag, store);
        return activity;
    }
}
