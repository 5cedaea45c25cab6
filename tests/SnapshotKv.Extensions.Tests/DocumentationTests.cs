using SnapshotKv.Extensions.Caching;
using SnapshotKv.Extensions.Configuration;
using SnapshotKv.Extensions.Diagnostics;

namespace SnapshotKv.Extensions.Tests;

/// <summary>The code that the package's README shows is the sample that is compiled.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public async Task Readme_ShowsTheQuickstartAsItIs()
    {
        var root = FindRepository();
        var sample = await File.ReadAllTextAsync(Path.Combine(root, "samples", "Quickstart", "Program.cs"), TestContext.Current.CancellationToken);
        var readme = await File.ReadAllTextAsync(Path.Combine(root, "src", "SnapshotKv.Extensions", "README.md"), TestContext.Current.CancellationToken);

        readme.ShouldContain("```csharp\n" + sample + "```", Case.Sensitive);
        sample.TrimEnd().Split('\n').Length.ShouldBeLessThanOrEqualTo(20);
    }

    [Theory]
    [InlineData(typeof(SnapshotKvOptions), "")]
    [InlineData(typeof(SnapshotKvCacheOptions), "Cache:")]
    [InlineData(typeof(SnapshotKvConfigurationOptions), "Configuration:")]
    [InlineData(typeof(SnapshotKvHealthCheckOptions), "Health:")]
    public async Task Readme_NamesEveryOption(Type options, string section)
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(FindRepository(), "src", "SnapshotKv.Extensions", "README.md"), TestContext.Current.CancellationToken);

        foreach (var property in options.GetProperties())
        {
            readme.ShouldContain($"`{section}{property.Name}`", Case.Sensitive);
        }
    }

    private static string FindRepository()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "SnapshotKv.Extensions.sln")))
        {
            directory = directory.Parent.ShouldNotBeNull("The tests run inside the repository.");
        }

        return directory.FullName;
    }
}
