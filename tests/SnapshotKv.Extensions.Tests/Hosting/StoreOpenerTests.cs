using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SnapshotKv.Extensions.Diagnostics;
using SnapshotKv.Extensions.Tests.Support;

namespace SnapshotKv.Extensions.Tests.Hosting;

public sealed class StoreOpenerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CapturingLogger _log = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Open_NoPath_IsMemoryOnlyAndWarnsOnceNamingTheSetting()
    {
        using var provider = Services(path: null).BuildServiceProvider();

        provider.GetRequiredService<KvStore>().IsMemoryOnly.ShouldBeTrue();
        provider.GetRequiredService<IKvStore>();

        var warning = _log.Entries.Single(entry => entry.Level == LogLevel.Warning);
        warning.Id.Id.ShouldBe(SnapshotKvEventIds.MemoryOnly);
        warning.Message.ShouldContain("SnapshotKv:Path");
    }

    [Fact]
    public void Open_WithPath_DoesNotWarn()
    {
        using var provider = Services(_directory.Path).BuildServiceProvider();

        provider.GetRequiredService<KvStore>().IsMemoryOnly.ShouldBeFalse();

        _log.Entries.ShouldNotContain(entry => entry.Level >= LogLevel.Warning);
    }

    [Fact]
    public void Open_RelativePathInAHost_LiesUnderTheContentRoot()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _directory.Path });
        builder.Services.AddSnapshotKv(options => options.Path = "data/store");
        using var host = builder.Build();

        var store = host.Services.GetRequiredService<KvStore>();

        Path.GetFullPath(store.DirectoryPath!).ShouldEndWith(Path.Combine(Path.GetFileName(_directory.Path), "data", "store"));
        Directory.Exists(Path.Combine(_directory.Path, "data", "store")).ShouldBeTrue();
    }

    [Fact]
    public void Open_RelativePathWithoutAHost_LiesUnderTheCurrentDirectory()
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, Path.Combine(_directory.Path, "data"));
        using var provider = Services(relative).BuildServiceProvider();

        provider.GetRequiredService<KvStore>();

        Directory.Exists(Path.Combine(_directory.Path, "data")).ShouldBeTrue();
    }

    [Fact]
    public void Open_TheStoreLogs_ToTheContainersLoggers()
    {
        using var provider = Services(_directory.Path).BuildServiceProvider();

        provider.GetRequiredService<KvStore>();

        _log.Count(EngineEvents.StoreOpened).ShouldBe(1);
    }

    private IServiceCollection Services(string? path) =>
        new ServiceCollection().AddLogging(logging => logging.AddProvider(_log)).AddSnapshotKv(options => options.Path = path).Services;
}
