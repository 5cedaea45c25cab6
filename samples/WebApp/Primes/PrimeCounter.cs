using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Extensions.Caching.Distributed;

namespace SnapshotKv.Samples.WebApp.Primes;

/// <summary>Counts primes the slow way, once: the answer is kept for ten minutes in the distributed cache.</summary>
internal sealed class PrimeCounter(IDistributedCache cache, TimeProvider timeProvider)
{
    public const int Smallest = 2;
    public const int Largest = 5_000_000;

    private static readonly DistributedCacheEntryOptions Life = new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(10) };

    public async Task<Answer> CountAsync(int below, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        var key = string.Create(CultureInfo.InvariantCulture, $"primes-below-{below}");
        if (await cache.GetAsync(key, cancellationToken) is { } kept)
        {
            return new(below, BinaryPrimitives.ReadInt32LittleEndian(kept), FromCache: true, timeProvider.GetElapsedTime(started));
        }

        var primes = await Task.Run(() => Count(below, cancellationToken), cancellationToken);
        var value = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(value, primes);
        await cache.SetAsync(key, value, Life, cancellationToken);
        return new(below, primes, FromCache: false, timeProvider.GetElapsedTime(started));
    }

    /// <summary>Trial division by every number: there are better ways, and none that shows a cache as well.</summary>
    private static int Count(int below, CancellationToken cancellationToken)
    {
        var count = 0;
        for (var candidate = 2; candidate < below; candidate++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            count += IsPrime(candidate) ? 1 : 0;
        }

        return count;
    }

    private static bool IsPrime(int candidate)
    {
        for (var divisor = 2; (long)divisor * divisor <= candidate; divisor++)
        {
            if (candidate % divisor == 0)
            {
                return false;
            }
        }

        return true;
    }
}
