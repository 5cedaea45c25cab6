using System.Reflection;
using SnapshotKv.Tests;

namespace SnapshotKv.Extensions.Tests;

/// <summary>The public API changes only knowingly.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_OfTheExtensions_IsTheCommittedListing() =>
        PublicApi.ShouldBeListed(Assembly.Load("SnapshotKv.Extensions"), "docs/api/SnapshotKv.Extensions.txt");
}
