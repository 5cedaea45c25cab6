namespace SnapshotKv.Samples.WebApp.Primes;

/// <summary>Counts the page's visits in the store itself, outside the cache: a number that never expires.</summary>
internal sealed class VisitCounter(KvStore store)
{
    private const string Key = "sample:visits";

    /// <summary>Adds one, and returns how many there have been, those before the last restart too.</summary>
    public long Add() => store.Increment(Key);
}
