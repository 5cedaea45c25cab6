using SnapshotKv.Extensions.Tests.Support;

namespace SnapshotKv.Extensions.Tests.Caching;

/// <summary>The cache over a store in a directory, open all the time.</summary>
public sealed class DirectoryCacheTests : SnapshotKvCacheSpecification
{
    private readonly TemporaryDirectory _directory = new();

    protected override string? Path => _directory.Path;

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _directory.Dispose();
    }
}
