using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace SnapshotKv.Extensions.Diagnostics;

/// <summary>What one cache reports.</summary>
/// <remarks>Thread-safe. While nobody listens a lookup pays for one comparison.</remarks>
internal sealed class CacheMetrics(Counter<long> requests, string name)
{
    private static readonly KeyValuePair<string, object?> Hit = new(SnapshotKvDiagnostics.CacheRequestTypeTag, SnapshotKvDiagnostics.CacheHit);
    private static readonly KeyValuePair<string, object?> Miss = new(SnapshotKvDiagnostics.CacheRequestTypeTag, SnapshotKvDiagnostics.CacheMiss);

    private readonly KeyValuePair<string, object?> _name = new(SnapshotKvDiagnostics.CacheNameTag, name);
    private Func<long>? _count;

    /// <summary>A lookup has ended.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Note(bool isHit)
    {
        if (requests.Enabled)
        {
            Count(isHit);
        }
    }

    /// <summary>From now on the entries are counted when a listener asks.</summary>
    public void Observe(Func<long> count) => Volatile.Write(ref _count, count);

    /// <summary>Counts the entries, where that was asked for and the store is open.</summary>
    public bool TryCount(out Measurement<long> measurement)
    {
        measurement = default;
        if (Volatile.Read(ref _count) is not { } count)
        {
            return false;
        }

        try
        {
            measurement = new(count(), _name);
            return true;
        }
        catch (ObjectDisposedException)
        {
            // A closed store has no entries to tell of.
            return false;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Count(bool isHit) => requests.Add(1, _name, isHit ? Hit : Miss);
}
