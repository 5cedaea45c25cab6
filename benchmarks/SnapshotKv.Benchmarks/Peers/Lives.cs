using Microsoft.Extensions.Caching.Distributed;

namespace SnapshotKv.Benchmarks.Peers;

/// <summary>How long cache entries live; all longer than a run.</summary>
internal static class Lives
{
    public static readonly DistributedCacheEntryOptions Unlimited = new();
    public static readonly DistributedCacheEntryOptions Absolute = new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(3) };
    public static readonly DistributedCacheEntryOptions Sliding = new() { SlidingExpiration = TimeSpan.FromHours(1) };
}
