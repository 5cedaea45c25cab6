namespace SnapshotKv.Tests.Architecture;

/// <summary>The public API changes only knowingly.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_OfTheEngine_IsTheCommittedListing() =>
        PublicApi.ShouldBeListed(typeof(KvStore).Assembly, "docs/api/SnapshotKv.txt");
}
