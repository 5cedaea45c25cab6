using System.Reflection;
using SnapshotKv.Tests;

namespace SnapshotKv.Extensions.AspNetCore.Tests;

/// <summary>The public API changes only knowingly.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_OfTheAspNetCoreExtensions_IsTheCommittedListing() =>
        PublicApi.ShouldBeListed(Assembly.Load("SnapshotKv.Extensions.AspNetCore"), "docs/api/SnapshotKv.Extensions.AspNetCore.txt");
}
