using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Diagnostics;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Hosting;

/// <summary>Settings that change in the configuration while the host runs: which count at once, which later, and what becomes of bad ones.</summary>
public sealed class ChangedSettingsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CapturingLogger _log = new();
    private readonly ManualTimeProvider _clock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task SaveDebounce_CountsAtOnce_AlsoForANamedStore()
    {
        using var host = CreateHost();
        await host.StartAsync(Token);
        host.Services.GetRequiredService<IKvStore>().Set("k", 1);
        host.Services.GetRequiredKeyedService<IKvStore>("named").Set("k", 1);

        Change(host, ("SnapshotKv:SaveDebounce", "00:00:01"), ("SnapshotKv:Stores:named:SaveDebounce", "00:00:01"));
        _clock.Advance(TimeSpan.FromSeconds(1));

        await _log.WaitForAsync(EngineEvents.SnapshotSaved, times: 2);
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task FlushIntervalAndMaxJournalBytes_CountAtOnce_AlsoForANamedStore()
    {
        using var host = CreateHost(("SnapshotKv:Stores:named:FlushInterval", "00:30:00"));
        await host.StartAsync(Token);
        var store = host.Services.GetRequiredKeyedService<KvStore>("named");
        store.Set("k", 1);
        store.GetStatistics().UnflushedCommits.ShouldBe(1);

        Change(host, ("SnapshotKv:Stores:named:FlushInterval", "00:00:02"), ("SnapshotKv:Stores:named:MaxJournalBytes", "5000000"), ("SnapshotKv:Stores:named:SaveDebounce", "Infinite"));

        store.GetStatistics().MaxJournalBytes.ShouldBe(5_000_000);
        host.Services.GetRequiredService<KvStore>().GetStatistics().MaxJournalBytes.ShouldBe(1L << 30);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await TestHost.AdvanceUntilAsync(_clock, Task.Run(() => SpinWait.SpinUntil(() => store.GetStatistics().UnflushedCommits == 0 || Token.IsCancellationRequested), Token));
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task DurabilityAndRecovery_CountOnlyAfterARestart()
    {
        using var host = CreateHost();
        await host.StartAsync(Token);

        Change(host, ("SnapshotKv:Durability", "Disk"), ("SnapshotKv:Recovery", "Strict"));

        _log.Entries.Single(entry => entry.Id.Id == SnapshotKvEventIds.SettingsPostponed).Message.ShouldContain("Durability, Recovery");
        host.Services.GetRequiredService<KvStore>().GetStatistics().Durability.ShouldBe(KvDurability.Process);
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task TakenBack_TheDefaultCountsAgain()
    {
        using var host = CreateHost(("SnapshotKv:SaveDebounce", "Infinite"));
        await host.StartAsync(Token);
        host.Services.GetRequiredService<IKvStore>().Set("k", 1);
        _clock.Advance(TimeSpan.FromHours(1));
        _log.Count(EngineEvents.SnapshotSaved).ShouldBe(0);

        Change(host, ("SnapshotKv:SaveDebounce", null));
        _clock.Advance(TimeSpan.FromSeconds(10));

        await _log.WaitForAsync(EngineEvents.SnapshotSaved);
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task WhatCountsOnlyAfterARestart_IsNamedOnce_AndNotTaken()
    {
        using var host = CreateHost();
        await host.StartAsync(Token);

        Change(host, ("SnapshotKv:Format", "Json"), ("SnapshotKv:Path", Path.Combine(_directory.Path, "elsewhere")));
        Change(host, ("SnapshotKv:MaxSnapshots", "6"));

        var warning = _log.Entries.Single(entry => entry.Id.Id == SnapshotKvEventIds.SettingsPostponed);
        warning.Level.ShouldBe(LogLevel.Warning);
        warning.Message.ShouldContain("Path, Format");
        host.Services.GetRequiredService<KvStore>().Format.ShouldBe(KvFormat.MessagePack);
        Directory.Exists(Path.Combine(_directory.Path, "elsewhere")).ShouldBeFalse();
        await host.StopAsync(Token);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("many")]
    public async Task BadSettings_AreRefusedWithAnError_AndTheStoreGoesOnWithThoseItHas_UntilTheyAreMended(string bad)
    {
        using var host = CreateHost();
        await host.StartAsync(Token);

        Change(host, ("SnapshotKv:MaxSnapshots", bad), ("SnapshotKv:SaveDebounce", "00:00:01"));
        var error = _log.Entries.Single(entry => entry.Id.Id == SnapshotKvEventIds.SettingsRefused);
        error.Level.ShouldBe(LogLevel.Error);
        error.Exception.ShouldBeOfType<OptionsValidationException>().Message.ShouldContain("MaxSnapshots");
        Change(host, ("Elsewhere", "1"));
        _log.Count(SnapshotKvEventIds.SettingsRefused).ShouldBe(1, "the same fault is told once");
        host.Services.GetRequiredService<IKvStore>().Set("k", 1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _log.Count(EngineEvents.SnapshotSaved).ShouldBe(0);

        Change(host, ("SnapshotKv:MaxSnapshots", "3"));
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _log.WaitForAsync(EngineEvents.SnapshotSaved);
        host.Services.GetRequiredService<IOptionsMonitor<SnapshotKvOptions>>().CurrentValue.MaxSnapshots.ShouldBe(5, "the monitor keeps what the host started with");
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task AgainstAnotherRegistrationOfTheDirectory_IsRefusedWithAnError()
    {
        using var host = CreateHost(("SnapshotKv:Stores:named:Path", _directory.Path), ("SnapshotKv:Stores:named:MaxSnapshots", "4"));
        await host.StartAsync(Token);

        Change(host, ("SnapshotKv:MaxSnapshots", "6"));

        _log.Entries.Single(entry => entry.Id.Id == SnapshotKvEventIds.SettingsRefused).Exception.ShouldBeOfType<KvStoreSettingsException>();
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task AfterTheStop_NothingIsListenedTo()
    {
        using var host = CreateHost();
        await host.StartAsync(Token);
        await host.StopAsync(Token);

        Change(host, ("SnapshotKv:MaxSnapshots", "0"));

        _log.Entries.ShouldNotContain(entry => entry.Id.Id == SnapshotKvEventIds.SettingsRefused);
    }

    private static void Change(IHost host, params (string Key, string? Value)[] settings)
    {
        var configuration = (IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>();
        foreach (var (key, value) in settings)
        {
            configuration[key] = value;
        }

        configuration.Reload();
    }

    private IHost CreateHost(params (string Key, string? Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["SnapshotKv:Path"] = _directory.Path,
            ["SnapshotKv:Stores:named:Path"] = Path.Combine(_directory.Path, "named"),
        });
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        builder.Logging.AddProvider(_log);
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddSnapshotKv();
        builder.Services.AddKeyedSnapshotKv("named");
        return builder.Build();
    }
}
