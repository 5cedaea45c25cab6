namespace SnapshotKv.Samples.WebApp;

/// <summary>Counts the page's visits in the store itself, outside the cache: a number that never expires.</summary>
internal sealed class VisitCounter(IKvStore store)
{
    private const string Key = "sample:visits";

    private readonly Lock _gate = new();

    /// <summary>Adds one, and returns how many there have been, those before the last restart too.</summary>
    public long Add()
    {
        // Reading and writing are two operations on the store; the lock makes them one for this application.
        lock (_gate)
        {
            var visits = store.TryGet<long>(Key, out var before) ? before + 1 : 1;
            store.Set(Key, visits);
            return visits;
        }
    }
}
