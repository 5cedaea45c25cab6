using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Caching;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests;

/// <summary>Registration, by the rules of docs/contracts.md, sections 3.1 (rule 14) and 3.10.</summary>
public sealed class SnapshotKvServiceCollectionExtensionsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void AddSnapshotKv_NullServices_IsRefused() =>
        Should.Throw<ArgumentNullException>(() => ((IServiceCollection)null!).AddSnapshotKv()).ParamName.ShouldBe("services");

    [Fact]
    public void AddSnapshotKv_Returns_TheServicesAndTheDefaultName()
    {
        var services = new ServiceCollection();

        var builder = services.AddSnapshotKv();

        builder.Services.ShouldBeSameAs(services);
        builder.Name.ShouldBe(Options.DefaultName);
    }

    [Fact]
    public void AddSnapshotKv_StoreAndItsInterface_AreOneInstance()
    {
        using var provider = new ServiceCollection().AddSnapshotKv().Services.BuildServiceProvider();

        provider.GetRequiredService<IKvStore>().ShouldBeSameAs(provider.GetRequiredService<KvStore>());
    }

    [Fact]
    public void AddSnapshotKv_NothingIsOpenedBeforeItIsAskedFor()
    {
        var path = Path.Combine(_directory.Path, "data");
        using var provider = new ServiceCollection().AddSnapshotKv(options => options.Path = path).Services.BuildServiceProvider();

        Directory.Exists(path).ShouldBeFalse();
        provider.GetRequiredService<IDistributedCache>();
        Directory.Exists(path).ShouldBeTrue();
    }

    [Fact]
    public void Rule3_10_05_CalledTwice_RegistersNothingTwice_ComposesTheDelegates_AndOpensOnce()
    {
        var log = new CapturingLogger();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(log));
        services.AddSnapshotKv(options => (options.Path, options.MaxSnapshots) = (_directory.Path, 2));
        services.AddSnapshotKv(options => options.MaxSnapshots *= 10);
        using var provider = services.BuildServiceProvider();

        provider.GetServices<KvStore>().ShouldHaveSingleItem().DirectoryPath.ShouldNotBeNull();
        provider.GetServices<IKvStore>().ShouldHaveSingleItem();
        provider.GetServices<IDistributedCache>().ShouldHaveSingleItem();
        provider.GetServices<IBufferDistributedCache>().ShouldHaveSingleItem();
        provider.GetServices<IValidateOptions<SnapshotKvOptions>>().OfType<SnapshotKvOptionsValidator>().ShouldHaveSingleItem();
        services.Count(service => service.ServiceType == typeof(IHostedService)).ShouldBe(1);
        log.Entries.Single(entry => entry.Id.Id == EngineEvents.StoreOpened).Message.ShouldContain("from snapshot 'none'", Case.Sensitive, "the directory is a new one");
        Settings(provider).MaxSnapshots.ShouldBe(20);
    }

    [Fact]
    public void Rule3_10_06_AnEarlierMemoryCache_DoesNotWin()
    {
        using var provider = new ServiceCollection().AddDistributedMemoryCache().AddSnapshotKv().Services.BuildServiceProvider();

        provider.GetRequiredService<IDistributedCache>().ShouldBeOfType<SnapshotKvDistributedCache>();
    }

    [Fact]
    public void Rule3_10_06_ALaterDefault_DoesNotReplaceOurs()
    {
        using var provider = new ServiceCollection().AddSnapshotKv().Services.AddDistributedMemoryCache().BuildServiceProvider();

        provider.GetRequiredService<IDistributedCache>().ShouldBeOfType<SnapshotKvDistributedCache>();
    }

    [Fact]
    public void Rule3_10_04_WithoutAHost_OptionsAreValidatedOnFirstUse()
    {
        using var provider = new ServiceCollection()
            .AddSnapshotKv(options => (options.MaxSnapshots, options.MaxSnapshotBytes) = (0, 0))
            .Services.BuildServiceProvider();

        var exception = Should.Throw<OptionsValidationException>(() => provider.GetRequiredService<IDistributedCache>());

        exception.Failures.Count().ShouldBe(2);
    }

    [Fact]
    public void Rule3_10_03_EveryFaultOfTheStoresOptions_IsNamedAtOnce()
    {
        using var provider = new ServiceCollection().AddSnapshotKv(options =>
        {
            options.Path = " ";
            options.MaxSnapshots = 0;
            options.KeepHourly = -1;
            options.KeepDaily = -1;
            options.SaveDebounce = TimeSpan.FromSeconds(-2);
            options.TtlCleanupInterval = TimeSpan.MaxValue;
            options.Compression = (KvCompression)7;
            options.Format = (KvFormat)7;
            options.MaxValueBytes = -1;
            options.MaxSnapshotBytes = -1;
            options.Durability = (KvDurability)7;
            options.FlushInterval = TimeSpan.Zero;
            options.Recovery = (KvRecoveryMode)7;
            options.MaxJournalBytes = 1;
            options.TimeProvider = null!;
        }).Services.BuildServiceProvider();

        var failures = Should.Throw<OptionsValidationException>(() => Settings(provider)).Failures.ToArray();

        failures.Length.ShouldBe(15);
        foreach (var setting in new[]
        {
            "Path", "MaxSnapshots", "KeepHourly", "KeepDaily", "SaveDebounce", "TtlCleanupInterval", "Compression", "Format", "MaxValueBytes", "MaxSnapshotBytes",
            "Durability", "FlushInterval", "Recovery", "MaxJournalBytes", "TimeProvider",
        })
        {
            failures.ShouldContain(failure => failure.StartsWith(setting + " ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void AddSnapshotKv_WithoutConfiguration_HasTheStoresDefaults()
    {
        using var provider = new ServiceCollection().AddSnapshotKv().Services.BuildServiceProvider();
        var defaults = new SnapshotKvOptions();

        var settings = Settings(provider);

        settings.Path.ShouldBeNull();
        settings.MaxSnapshots.ShouldBe(defaults.MaxSnapshots);
        settings.KeepHourly.ShouldBe(defaults.KeepHourly);
        settings.KeepDaily.ShouldBe(defaults.KeepDaily);
        settings.SaveDebounce.ShouldBe(defaults.SaveDebounce);
        settings.TtlCleanupInterval.ShouldBe(defaults.TtlCleanupInterval);
        settings.Compression.ShouldBe(defaults.Compression);
        settings.Format.ShouldBe(defaults.Format);
        settings.MaxValueBytes.ShouldBe(defaults.MaxValueBytes);
        settings.MaxSnapshotBytes.ShouldBe(defaults.MaxSnapshotBytes);
        settings.Durability.ShouldBe(defaults.Durability);
        settings.FlushInterval.ShouldBe(defaults.FlushInterval);
        settings.Recovery.ShouldBe(defaults.Recovery);
        settings.MaxJournalBytes.ShouldBe(defaults.MaxJournalBytes);
        settings.TimeProvider.ShouldBeSameAs(TimeProvider.System);
        settings.LoggerFactory.ShouldBeNull();
    }

    [Fact]
    public void AddSnapshotKv_ClockAndLoggersOfTheContainer_AreTakenUnlessTheDelegateSetsOthers()
    {
        var (containersClock, ownClock) = (new ManualTimeProvider(), new ManualTimeProvider());
        var services = new ServiceCollection().AddSingleton<TimeProvider>(containersClock).AddLogging();
        using var taken = services.AddSnapshotKv().Services.BuildServiceProvider();
        using var replaced = services
            .AddSnapshotKv(options => (options.TimeProvider, options.LoggerFactory) = (ownClock, NullLoggerFactory.Instance))
            .Services.BuildServiceProvider();

        Settings(taken).TimeProvider.ShouldBeSameAs(containersClock);
        Settings(taken).LoggerFactory.ShouldBeSameAs(taken.GetRequiredService<ILoggerFactory>());
        Settings(replaced).TimeProvider.ShouldBeSameAs(ownClock);
        Settings(replaced).LoggerFactory.ShouldBeSameAs(NullLoggerFactory.Instance);
    }

    [Fact]
    public void AddSnapshotKv_Section_IsReadFirst_AndTheDelegateComesLast()
    {
        using var provider = WithSection(
            new()
            {
                ["SnapshotKv:Path"] = _directory.Path,
                ["SnapshotKv:MaxSnapshots"] = "7",
                ["SnapshotKv:KeepHourly"] = "24",
                ["SnapshotKv:KeepDaily"] = "30",
                ["SnapshotKv:SaveDebounce"] = "00:00:30",
                ["SnapshotKv:TtlCleanupInterval"] = "0",
                ["SnapshotKv:Compression"] = "none",
                ["SnapshotKv:Format"] = "Json",
                ["SnapshotKv:MaxValueBytes"] = "1024",
                ["SnapshotKv:MaxSnapshotBytes"] = "99999999999",
                ["SnapshotKv:Durability"] = "disk",
                ["SnapshotKv:FlushInterval"] = "00:00:00.2",
                ["SnapshotKv:Recovery"] = "Strict",
                ["SnapshotKv:MaxJournalBytes"] = "88888888888",
            },
            options => options.MaxSnapshots++);

        var settings = Settings(provider);

        settings.Path.ShouldBe(_directory.Path);
        settings.MaxSnapshots.ShouldBe(8);
        settings.KeepHourly.ShouldBe(24);
        settings.KeepDaily.ShouldBe(30);
        settings.SaveDebounce.ShouldBe(TimeSpan.FromSeconds(30));
        settings.TtlCleanupInterval.ShouldBe(TimeSpan.Zero);
        settings.Compression.ShouldBe(KvCompression.None);
        settings.Format.ShouldBe(KvFormat.Json);
        settings.MaxValueBytes.ShouldBe(1024);
        settings.MaxSnapshotBytes.ShouldBe(99_999_999_999);
        settings.Durability.ShouldBe(KvDurability.Disk);
        settings.FlushInterval.ShouldBe(TimeSpan.FromMilliseconds(200));
        settings.Recovery.ShouldBe(KvRecoveryMode.Strict);
        settings.MaxJournalBytes.ShouldBe(88_888_888_888);
    }

    [Fact]
    public void AddSnapshotKv_InfiniteInTheSection_IsInfinite()
    {
        using var provider = WithSection(new() { ["SnapshotKv:SaveDebounce"] = "infinite", ["SnapshotKv:TtlCleanupInterval"] = "-00:00:00.001" });

        Settings(provider).SaveDebounce.ShouldBe(Timeout.InfiniteTimeSpan);
        Settings(provider).TtlCleanupInterval.ShouldBe(Timeout.InfiniteTimeSpan);
    }

    [Theory]
    [InlineData("MaxSnapshots", "many")]
    [InlineData("MaxSnapshots", "")]
    [InlineData("MaxSnapshots", "2.5")]
    [InlineData("MaxSnapshots", "99999999999")]
    [InlineData("KeepHourly", "all")]
    [InlineData("KeepDaily", "1 week")]
    [InlineData("SaveDebounce", "soon")]
    [InlineData("SaveDebounce", "10")]
    [InlineData("TtlCleanupInterval", "5 min")]
    [InlineData("Compression", "Zip")]
    [InlineData("Compression", "1")]
    [InlineData("Compression", "")]
    [InlineData("Format", "Json, MessagePack, Xml")]
    [InlineData("MaxValueBytes", "64 MiB")]
    [InlineData("MaxSnapshotBytes", "0x10")]
    [InlineData("Durability", "2")]
    [InlineData("Durability", "Fsync")]
    [InlineData("FlushInterval", "1 s")]
    [InlineData("Recovery", "Lenient")]
    [InlineData("MaxJournalBytes", "1 GiB")]
    public void AddSnapshotKv_ValueThatCannotBeRead_IsAnErrorWithKeyAndValue(string setting, string value)
    {
        using var provider = WithSection(new() { ["SnapshotKv:" + setting] = value });

        var exception = Should.Throw<OptionsValidationException>(() => Settings(provider));

        exception.Failures.ShouldHaveSingleItem().ShouldStartWith($"SnapshotKv:{setting} must be ");
        exception.Message.ShouldContain($"'{value}'");
    }

    [Fact]
    public void AddSnapshotKv_SeveralValuesThatCannotBeRead_AreNamedAtOnce()
    {
        using var provider = WithSection(new() { ["SnapshotKv:MaxSnapshots"] = "x", ["SnapshotKv:SaveDebounce"] = "y" });

        Should.Throw<OptionsValidationException>(() => Settings(provider)).Failures.Count().ShouldBe(2);
    }

    [Theory]
    [InlineData("10")]
    [InlineData("24:00:00")]
    [InlineData("10s")]
    public void AddSnapshotKv_TimeThatCouldMeanSomethingElse_IsRefused(string text)
    {
        using var provider = WithSection(new() { ["SnapshotKv:SaveDebounce"] = text });

        Should.Throw<OptionsValidationException>(() => Settings(provider)).Message.ShouldContain($"SnapshotKv:SaveDebounce must be a time such as 00:00:10, or Infinite; it is '{text}'");
    }

    [Fact]
    public void ConfigureCache_SectionThenDelegate_SetTheCachesOptions()
    {
        var builder = Services(new()
        {
            ["SnapshotKv:Cache:Prefix"] = "web:",
            ["SnapshotKv:Cache:DefaultTimeToLive"] = "01:00:00",
            ["SnapshotKv:Cache:DefaultSlidingExpiration"] = "00:20:00",
        }).AddSnapshotKv().ConfigureCache(options => options.Prefix += "v2:");
        using var provider = builder.Services.BuildServiceProvider();

        provider.GetRequiredService<IDistributedCache>().Set("k", [1], new());

        provider.GetRequiredService<IKvStore>().GetKeys().ShouldBe(["web:v2:k"]);
        var options = provider.GetRequiredService<IOptions<SnapshotKvCacheOptions>>().Value;
        options.DefaultTimeToLive.ShouldBe(TimeSpan.FromHours(1));
        options.DefaultSlidingExpiration.ShouldBe(TimeSpan.FromMinutes(20));
    }

    [Theory]
    [InlineData("shared:", "shared:", true)]
    [InlineData("shared:", "shared:config:", true)]
    [InlineData("shared:cache:", "shared:", true)]
    [InlineData("shared:cache:", "shared:config:", false)]
    [InlineData("", "config:", false)]
    public async Task Host_CacheAndConfigurationUnderOnePrefix_DoesNotStart(string cache, string configuration, bool isRefused)
    {
        using var host = TestHost.Create(null, after: services => services.AddKeyedSnapshotKv("other")
            .ConfigureCache(options => options.Prefix = cache)
            .ConfigureConfiguration(options => options.Prefix = configuration));

        var start = () => host.StartAsync(TestContext.Current.CancellationToken);

        if (isRefused)
        {
            (await Should.ThrowAsync<OptionsValidationException>(start)).Failures
                .ShouldBe([$"Configuration:Prefix '{configuration}' and Cache:Prefix '{cache}' overlap; give each its own."]);
        }
        else
        {
            await start();
            await host.StopAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void ConfigureCache_Defaults_AreThePrefixCacheAndNoExpiry()
    {
        var options = new SnapshotKvCacheOptions();

        options.Prefix.ShouldBe("cache:");
        options.DefaultTimeToLive.ShouldBeNull();
        options.DefaultSlidingExpiration.ShouldBeNull();
    }

    [Fact]
    public void ConfigureCache_EveryFault_IsNamedAtOnce()
    {
        using var provider = new ServiceCollection().AddSnapshotKv().ConfigureCache(options =>
        {
            options.Prefix = "\ud800";
            options.DefaultTimeToLive = TimeSpan.Zero;
            options.DefaultSlidingExpiration = TimeSpan.FromTicks(-1);
        }).Services.BuildServiceProvider();

        var failures = Should.Throw<OptionsValidationException>(() => provider.GetRequiredService<IDistributedCache>()).Failures.ToArray();

        failures.Length.ShouldBe(3);
        failures[0].ShouldStartWith("Prefix");
        failures[1].ShouldStartWith("DefaultTimeToLive");
        failures[2].ShouldStartWith("DefaultSlidingExpiration");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(SnapshotKvCacheOptions.MaxPrefixLength + 1)]
    public void ConfigureCache_PrefixNullOrTooLong_IsRefused(int? length)
    {
        using var provider = new ServiceCollection()
            .AddSnapshotKv()
            .ConfigureCache(options => options.Prefix = length is null ? null! : new string('p', length.Value))
            .Services.BuildServiceProvider();

        Should.Throw<OptionsValidationException>(() => provider.GetRequiredService<IDistributedCache>()).Failures.ShouldHaveSingleItem().ShouldStartWith("Prefix");
    }

    [Fact]
    public void ConfigureCache_DurationInTheSectionThatCannotBeRead_IsAnErrorWithKeyAndValue()
    {
        using var provider = WithSection(new() { ["SnapshotKv:Cache:DefaultTimeToLive"] = "60" });

        var exception = Should.Throw<OptionsValidationException>(() => provider.GetRequiredService<IDistributedCache>());

        exception.Failures.ShouldHaveSingleItem().ShouldStartWith("SnapshotKv:Cache:DefaultTimeToLive must be ");
    }

    [Fact]
    public void ConfigureCache_NullArguments_AreRefused()
    {
        var builder = new ServiceCollection().AddSnapshotKv();

        Should.Throw<ArgumentNullException>(() => builder.ConfigureCache(null!)).ParamName.ShouldBe("configure");
        Should.Throw<ArgumentNullException>(() => ((ISnapshotKvBuilder)null!).ConfigureCache(static _ => { })).ParamName.ShouldBe("builder");
    }

    private static SnapshotKvOptions Settings(IServiceProvider provider) => provider.GetRequiredService<IOptions<SnapshotKvOptions>>().Value;

    private static ServiceProvider WithSection(Dictionary<string, string?> section, Action<SnapshotKvOptions>? configure = null) =>
        Services(section).AddSnapshotKv(configure).Services.BuildServiceProvider();

    private static IServiceCollection Services(Dictionary<string, string?> section) =>
        new ServiceCollection().AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(section).Build());
}
