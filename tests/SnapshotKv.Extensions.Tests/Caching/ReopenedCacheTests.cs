using SnapshotKv.Extensions.Tests.Support;

namespace SnapshotKv.Extensions.Tests.Caching;

/// <summary>The cache over a store in a directory that is closed and reopened between what a test writes and what it reads.</summary>
public sealed class ReopenedCacheTests : SnapshotKvCacheSpecification
{
    private readonly TemporaryDirectory _directory = new();

    protected override string? Path => _directory.Path;

    protected override void Reopen() => Close();

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _directory.Dispose();
    }
}
