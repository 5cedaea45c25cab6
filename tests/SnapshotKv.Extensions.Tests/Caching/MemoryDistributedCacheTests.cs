using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Internal;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions.Tests.Caching;

/// <summary>The framework's own cache: when it fails the suite, the suite is wrong.</summary>
public sealed class MemoryDistributedCacheTests : DistributedCacheSpecification
{
    private MemoryDistributedCache? _cache;

    protected override IDistributedCache Cache =>
        _cache ??= new(Options.Create(new MemoryDistributedCacheOptions { Clock = new SystemClock(Clock) }));

    protected override void Dispose(bool disposing)
    {
        // It has nothing to dispose.
    }

    private sealed class SystemClock(TimeProvider timeProvider) : ISystemClock
    {
        public DateTimeOffset UtcNow => timeProvider.GetUtcNow();
    }
}
