using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Distributed;

namespace SnapshotKv.Samples.Worker;

/// <summary>Digests of files. A file is read once for as long as it is not written to, whether the worker is restarted meanwhile or not.</summary>
internal sealed class FileDigests(IDistributedCache cache)
{
    private static readonly DistributedCacheEntryOptions Life = new() { SlidingExpiration = TimeSpan.FromDays(7) };

    /// <summary>The digest of a file, and whether it was known.</summary>
    public async Task<(byte[] Digest, bool Known)> DigestAsync(FileInfo file, CancellationToken cancellationToken)
    {
        // A file that is written to gets another key; what stood under the old one is not asked for any more, and expires.
        var key = string.Create(CultureInfo.InvariantCulture, $"digest:{file.FullName}:{file.Length}:{file.LastWriteTimeUtc.Ticks}");
        if (await cache.GetAsync(key, cancellationToken) is { } known)
        {
            return (known, true);
        }

        await using var content = file.OpenRead();
        var digest = await SHA256.HashDataAsync(content, cancellationToken);
        await cache.SetAsync(key, digest, Life, cancellationToken);
        return (digest, false);
    }
}
