using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.AspNetCore.Session;
using SnapshotKv.Extensions.AspNetCore.Tests.Support;
using SnapshotKv.Extensions.Tests.Support;

namespace SnapshotKv.Extensions.AspNetCore.Tests.Session;

/// <summary>How sessions come into a container.</summary>
public sealed class SessionRegistrationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("none")]
    [InlineData("before")]
    [InlineData("after")]
    [InlineData("twice")]
    public void AddSnapshotKvSession_WheneverAddSessionIsCalled_IsTheSessionStore(string addSession)
    {
        var services = new ServiceCollection();
        if (addSession is "before" or "twice")
        {
            services.AddSession();
        }

        services.AddSnapshotKv();
        services.AddSnapshotKvSession();
        if (addSession is "after" or "twice")
        {
            services.AddSession(options => options.IdleTimeout = TimeSpan.FromMinutes(1));
            services.AddSnapshotKvSession();
        }

        services.Count(service => service.ServiceType == typeof(ISessionStore)).ShouldBe(1);
        services.Count(service => service.ServiceType == typeof(ISnapshotKvSessionDirectory)).ShouldBe(1);
        using var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });
        provider.GetRequiredService<ISessionStore>().ShouldBeOfType<SnapshotKvSessionStore>();
    }

    [Fact]
    public void AddSnapshotKvSession_Null_IsRefused() =>
        Should.Throw<ArgumentNullException>(() => SnapshotKvSessionServiceCollectionExtensions.AddSnapshotKvSession(null!)).ParamName.ShouldBe("services");

    [Fact]
    public void Sessions_Used_AreNeverRolledBack_AlsoByAProcessThatKnowsOfNone()
    {
        using var directory = new TemporaryDirectory();
        var services = new ServiceCollection().AddLogging().AddSnapshotKv(options => options.Path = directory.Path).Services;
        services.AddSnapshotKvSession(options => options.Prefix = "visitors:");
        string snapshot;
        using (var provider = services.BuildServiceProvider())
        {
            provider.GetRequiredService<ISessionStore>();
            provider.GetRequiredService<ISnapshotKvSessionDirectory>();
            var store = provider.GetRequiredService<KvStore>();
            store.Set("visitors:1", "signed in");
            store.Set("visits", 1);
            snapshot = store.Save()!.FileName;
            store.Remove("visitors:1");
            store.Set("visits", 2);
        }

        using var plain = KvStore.Open(directory.Path);
        Should.Throw<KvSnapshotException>(() => plain.Restore(snapshot, "visitors:")).Reason.ShouldBe(KvSnapshotProblem.Protected);
        plain.Restore(snapshot);
        plain.TryGet<int>("visits", out var visits).ShouldBeTrue();
        visits.ShouldBe(1);
        plain.Exists("visitors:1").ShouldBeFalse("a session that has ended does not come back");
    }

    [Fact]
    public async Task Host_WithoutAStore_DoesNotStart_AndNamesAllThatIsWrong()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSnapshotKvSession(options => options.Prefix = "");
        using var host = builder.Build();

        var thrown = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(Token));

        thrown.Failures.Count().ShouldBe(2);
        thrown.Message.ShouldContain("AddSnapshotKv(");
        thrown.Message.ShouldContain("Prefix must not be empty");
    }

    [Fact]
    public void Directory_WithoutItsNamedStore_SaysWhatToCall()
    {
        using var provider = new ServiceCollection().AddSnapshotKvSession(options => options.StoreName = "visits").BuildServiceProvider();

        Should.Throw<OptionsValidationException>(() => provider.GetRequiredService<ISnapshotKvSessionDirectory>()).Message.ShouldContain("AddKeyedSnapshotKv(\"visits\"");
    }

    [Theory]
    [InlineData(null, "must not be empty")]
    [InlineData("", "must not be empty")]
    [InlineData("broken", "unpaired surrogate")]
    [InlineData("long", "at most 1024 characters; it has 1025")]
    public void Prefix_ThatCannotBe_IsRefused(string? prefix, string reason)
    {
        using var sessions = new Sessions(services => services.Configure<SnapshotKvSessionOptions>(options => options.Prefix = prefix switch
        {
            "broken" => "\ud800",
            "long" => new string('p', 1025),
            _ => prefix!,
        }));
        Should.Throw<OptionsValidationException>(() => sessions.SessionStore).Message.ShouldContain(reason);
    }

    [Theory]
    [InlineData(null, "cache:", "Session:Prefix 'cache:' and Cache:Prefix 'cache:' overlap; give each its own.")]
    [InlineData(null, "config:sessions:", "Session:Prefix 'config:sessions:' and Configuration:Prefix 'config:' overlap; give each its own.")]
    [InlineData("visits", "c", "Session:Prefix 'c' and Cache:Prefix 'cache:' overlap; give each its own.")]
    public async Task Host_PrefixThatOverlapsWithAnothersInTheStore_DoesNotStart(string? storeName, string prefix, string message)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSnapshotKv().ConfigureCache(cache => cache.Prefix = storeName is null ? "cache:" : "web:");
        builder.Services.AddKeyedSnapshotKv("visits");
        builder.Services.AddSnapshotKvSession(options => (options.StoreName, options.Prefix) = (storeName, prefix));
        using var host = builder.Build();

        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(Token))).Failures.ShouldContain(message);
    }

    [Fact]
    public async Task Host_WhereTheWholeStoreIsTheCache_Starts()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSnapshotKv().ConfigureCache(cache => cache.Prefix = "");
        builder.Services.AddSnapshotKvSession();
        using var host = builder.Build();

        await host.StartAsync(Token);
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task Options_AreReadFromTheSectionAndThenTheDelegate()
    {
        using var visits = KvStore.Open(new SnapshotKvOptions());
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["SnapshotKv:Session:Prefix"] = "from-section:", ["SnapshotKv:Session:StoreName"] = "visits" })
            .Build();
        void AddNamed(IServiceCollection services)
        {
            services.AddSingleton<IConfiguration>(configuration);
            services.AddKeyedSingleton<IKvStore>("visits", visits.GetPartition(""));
        }

        using (var sessions = new Sessions(AddNamed))
        {
            await sessions.RequestAsync(session => session.Set("k", [1]));
            sessions.Store.Count().ShouldBe(0);
        }

        visits.GetKeys().ShouldHaveSingleItem().ShouldStartWith("from-section:");
        using (var sessions = new Sessions(services =>
        {
            AddNamed(services);
            services.AddSnapshotKvSession(options => options.Prefix = "from-delegate:");
        }))
        {
            await sessions.RequestAsync(session => session.Set("k", [1]));
        }

        visits.Count("from-delegate:").ShouldBe(1);
    }

    [Fact]
    public void Defaults_AreThoseOfTheDocumentation()
    {
        var options = new SnapshotKvSessionOptions();
        options.Prefix.ShouldBe("session:");
        options.StoreName.ShouldBeNull();
    }
}
