using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Configuration;
using SnapshotKv.Extensions.Diagnostics;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Configuration;

/// <summary>Going back to a snapshot, in a real host over a real directory.</summary>
public sealed class ConfigurationRestoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CapturingLogger _log = new();
    private readonly ManualTimeProvider _clock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<KvFormat, SnapshotKvReloadMode> Ways => new()
    {
        { KvFormat.MessagePack, SnapshotKvReloadMode.Snapshot },
        { KvFormat.MessagePack, SnapshotKvReloadMode.Change },
        { KvFormat.Json, SnapshotKvReloadMode.Snapshot },
    };

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Restore_Snapshot_IsPublishedOnceAndStandsInTheHistory(KvFormat format, SnapshotKvReloadMode reloadOn)
    {
        using var host = await StartAsync(format, source => source.ReloadOn = reloadOn);
        var writer = WriterOf(host);
        await writer.ApplyAsync(new SnapshotKvConfigurationChange { Author = "anna" }.Set("Mail:Host", "one").Set("Mail:Port", "25"), Token);
        var file = await SaveAsync(host);
        await writer.ApplyAsync(new SnapshotKvConfigurationChange { Author = "ben" }.Set("Mail:Host", "two").Remove("Mail:Port").Set("Mail:User", "u"), Token);
        var monitor = host.Services.GetRequiredService<IOptionsMonitor<MailOptions>>();
        var told = new List<(string?, int, string?)>();
        using var registration = monitor.OnChange(options => told.Add((options.Host, options.Port, options.User)));

        var restored = await writer.RestoreAsync(file, "carl", cancellationToken: Token);

        told.ShouldBe([("one", 25, null)]);
        monitor.CurrentValue.Host.ShouldBe("one");
        restored.Revision.ShouldBe(3);
        restored.Changes.ShouldBe([new("Mail:Host", true, "two", true, "one"), new("Mail:Port", false, null, true, "25"), new("Mail:User", true, "u", false, null)]);
        var history = await writer.GetHistoryAsync(cancellationToken: Token);
        history.Select(revision => (revision.Revision, revision.Author, revision.RestoredFrom)).ShouldBe([(3L, "carl", file), (2L, "ben", null), (1L, "anna", null)]);
        history[0].Reason.ShouldBe($"Goes back to the snapshot {file}");
        host.Services.GetRequiredService<KvStore>().Exists("config:Mail:User").ShouldBeFalse();
        (await writer.GetAsync(Token)).Version.ShouldBe(restored.Version);

        // A debounce later nothing more comes.
        _clock.Advance(TimeSpan.FromSeconds(1));
        told.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Restore_TakenBack_GivesBackWhatWasBefore()
    {
        using var host = await StartAsync();
        var writer = WriterOf(host);
        await writer.SetAsync("Mail:Host", "one", cancellationToken: Token);
        var file = await SaveAsync(host);
        await writer.SetAsync("Mail:Host", "two", cancellationToken: Token);
        var restored = await writer.RestoreAsync(file, cancellationToken: Token);

        await writer.UndoAsync(restored.Revision, cancellationToken: Token);

        host.Services.GetRequiredService<IConfiguration>()["Mail:Host"].ShouldBe("two");
    }

    [Fact]
    public async Task Restore_Section_LeavesTheRest()
    {
        using var host = await StartAsync();
        var writer = WriterOf(host);
        await writer.ApplyAsync(new SnapshotKvConfigurationChange().Set("Mail:Host", "one").Set("Mailbox", "one").Set("Other", "one"), Token);
        var file = await SaveAsync(host);
        await writer.ApplyAsync(new SnapshotKvConfigurationChange().Set("MAIL:Host", "two").Set("Mail:New", "two").Set("Mailbox", "two").Set("Other", "two"), Token);

        await writer.RestoreAsync(new SnapshotKvConfigurationRestore(file) { Section = "mail" }, Token);

        (await writer.GetAsync(Token)).Values.OrderBy(pair => pair.Key, StringComparer.Ordinal).ShouldBe([new("Mail:Host", "one"), new("Mailbox", "two"), new("Other", "two")]);
        (await writer.GetHistoryAsync(1, Token)).Single().Reason.ShouldBe($"'mail' goes back to the snapshot {file}");
    }

    [Fact]
    public async Task Restore_WhatIsAsInTheSnapshot_MakesNoRevisionAndTellsNobody()
    {
        using var host = await StartAsync();
        var writer = WriterOf(host);
        host.Services.GetRequiredService<IKvStore>().Set("config:Mail", new Dictionary<string, object?> { ["Host"] = "one", ["Port"] = 25 });
        var file = await SaveAsync(host);
        var told = 0;
        using var registration = host.Services.GetRequiredService<IOptionsMonitor<MailOptions>>().OnChange(_ => told++);

        var restored = await writer.RestoreAsync(file, cancellationToken: Token);

        (restored.Revision, restored.Changes.Count, told).ShouldBe((0, 0, 0));
        host.Services.GetRequiredService<IKvStore>().GetKeys("config:").ShouldBe(["config:Mail"]);
    }

    [Fact]
    public async Task Restore_SnapshotOfTheOtherFormat_IsConverted()
    {
        string file;
        using (var store = KvStore.Open(_directory.Path, new SnapshotKvOptions { Format = KvFormat.Json }))
        {
            store.Set("config:Mail", new Dictionary<string, object?> { ["Host"] = "one", ["Port"] = 25 });
            file = store.Save()!.FileName;
        }

        using var host = await StartAsync(KvFormat.MessagePack);
        await WriterOf(host).RemoveSectionAsync("Mail", cancellationToken: Token);

        await WriterOf(host).RestoreAsync(file, cancellationToken: Token);

        var mail = host.Services.GetRequiredService<IOptionsMonitor<MailOptions>>().CurrentValue;
        (mail.Host, mail.Port).ShouldBe(("one", 25));
    }

    [Fact]
    public async Task Restore_WhatTheGateRefuses_ChangesNothing()
    {
        using var host = await StartAsync(configure: static source => source.Validate(static candidate => candidate["Mail:Host"] == "one" ? ["not that one"] : []));
        var store = host.Services.GetRequiredService<KvStore>();
        store.Set("config:Mail:Host", "one");
        var file = await SaveAsync(host);
        await WriterOf(host).SetAsync("Mail:Host", "two", cancellationToken: Token);
        var version = store.TryCommit(new KvBatch()).Version;

        var exception = await Should.ThrowAsync<SnapshotKvConfigurationRefusedException>(() => WriterOf(host).RestoreAsync(file, cancellationToken: Token));

        exception.Reasons.ShouldBe(["not that one"]);
        store.TryCommit(new KvBatch()).Version.ShouldBe(version);
        host.Services.GetRequiredService<IConfiguration>()["Mail:Host"].ShouldBe("two");
    }

    [Fact]
    public async Task Restore_SnapshotThatCannotBeAConfiguration_SaysWhichAndChangesNothing()
    {
        using var host = await StartAsync();
        var store = host.Services.GetRequiredService<KvStore>();
        store.SetBytes("config:blob", [1]);
        var file = await SaveAsync(host);
        store.Remove("config:blob");

        var exception = await Should.ThrowAsync<SnapshotKvConfigurationException>(() => WriterOf(host).RestoreAsync(file, cancellationToken: Token));

        exception.Message.ShouldContain(file);
        exception.Message.ShouldContain("config:blob");
        store.Count("config:").ShouldBe(0);
    }

    [Fact]
    public async Task Restore_OverWhatCannotBeAConfiguration_RepairsIt()
    {
        using var host = await StartAsync();
        var store = host.Services.GetRequiredService<KvStore>();
        await WriterOf(host).SetAsync("Key", "1", cancellationToken: Token);
        var file = await SaveAsync(host);
        store.Set("config:KEY", "2");
        store.SetBytes("config:blob", [1]);

        await WriterOf(host).RestoreAsync(file, cancellationToken: Token);

        var values = (await WriterOf(host).GetAsync(Token)).Values;
        (values.Count, values["key"]).ShouldBe((1, "1"));
        store.Exists("config:blob").ShouldBeFalse();
    }

    [Fact]
    public async Task Restore_OutdatedVersion_IsAConflict()
    {
        using var host = await StartAsync();
        var writer = WriterOf(host);
        var first = await writer.SetAsync("a", "1", cancellationToken: Token);
        var file = await SaveAsync(host);
        await writer.SetAsync("a", "2", cancellationToken: Token);
        var restore = new SnapshotKvConfigurationRestore(file) { ExpectedVersion = first.Version };

        await Should.ThrowAsync<KvConflictException>(() => writer.RestoreAsync(restore, Token));
        await Should.ThrowAsync<KvConflictException>(() => writer.PreviewRestoreAsync(restore, Token));
        await Should.ThrowAsync<ArgumentException>(() => writer.RestoreAsync(restore with { ExpectedVersion = "none" }, Token));
        host.Services.GetRequiredService<IConfiguration>()["a"].ShouldBe("2");
    }

    [Fact]
    public async Task Preview_TellsWhatARestoreWouldChange_AndChangesNothing()
    {
        using var host = await StartAsync();
        var writer = WriterOf(host);
        await writer.SetAsync("a", "1", cancellationToken: Token);
        var file = await SaveAsync(host);
        await writer.SetAsync("a", "2", cancellationToken: Token);

        var changes = await writer.PreviewRestoreAsync(new SnapshotKvConfigurationRestore(file), Token);

        changes.ShouldBe([new("a", true, "2", true, "1")]);
        (await writer.GetAsync(Token)).Revision.ShouldBe(2);
        (await writer.RestoreAsync(file, cancellationToken: Token)).Changes.ShouldBe(changes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("config:")]
    public async Task StoreRestore_AroundTheWriter_IsFollowedOnceAndLeavesTheHistory(string prefix)
    {
        using var host = await StartAsync();
        var store = host.Services.GetRequiredService<KvStore>();
        await WriterOf(host).SetAsync("Mail:Host", "one", "anna", cancellationToken: Token);
        var file = await SaveAsync(host);
        await WriterOf(host).SetAsync("Mail:Host", "two", "ben", cancellationToken: Token);
        var told = new List<string?>();
        using var registration = host.Services.GetRequiredService<IOptionsMonitor<MailOptions>>().OnChange(options => told.Add(options.Host));

        await store.RestoreAsync(file, prefix, Token);

        told.ShouldBe(["one"]);
        (await WriterOf(host).GetHistoryAsync(cancellationToken: Token)).Select(revision => revision.Author).ShouldBe(["ben", "anna"]);
        await Should.ThrowAsync<KvConflictException>(() => WriterOf(host).UndoAsync(2, cancellationToken: Token));
        (await WriterOf(host).SetAsync("Mail:Host", "three", cancellationToken: Token)).Revision.ShouldBe(3);
        told.ShouldBe(["one", "three"]);
    }

    [Fact]
    public async Task StoreRestore_WhatTheGateRefuses_IsNotPublished()
    {
        using var host = await StartAsync(configure: static source => source.Validate(static candidate => candidate["Mail:Host"] == "one" ? ["not that one"] : []));
        var store = host.Services.GetRequiredService<KvStore>();
        store.Set("config:Mail:Host", "one");
        var file = await SaveAsync(host);
        await WriterOf(host).SetAsync("Mail:Host", "two", cancellationToken: Token);

        await store.RestoreAsync(file, "config:", Token);

        host.Services.GetRequiredService<IConfiguration>()["Mail:Host"].ShouldBe("two");
        _log.Count(SnapshotKvEventIds.ConfigurationRefused).ShouldBe(2);
    }

    [Fact]
    public async Task StoreRestore_OfTheHistory_IsRefused()
    {
        using var host = await StartAsync();
        await WriterOf(host).SetAsync("Mail:Host", "one", cancellationToken: Token);
        var file = await SaveAsync(host);

        var exception = await Should.ThrowAsync<KvSnapshotException>(
            () => host.Services.GetRequiredService<KvStore>().RestoreAsync(file, "snapshotkv:config-history:", Token));

        exception.Reason.ShouldBe(KvSnapshotProblem.Protected);
    }

    [Theory]
    [InlineData("data-20200101-000000-0000.msgpack.gz")]
    [InlineData("lunch")]
    [InlineData("../../etc/passwd")]
    public async Task Restore_SnapshotThatIsNotThere_IsATypedError(string snapshot)
    {
        using var host = await StartAsync();
        await WriterOf(host).SetAsync("a", "1", cancellationToken: Token);

        (await Should.ThrowAsync<KvSnapshotException>(() => WriterOf(host).RestoreAsync(snapshot, cancellationToken: Token))).Snapshot.ShouldBe(snapshot);
        await Should.ThrowAsync<ArgumentException>(() => WriterOf(host).RestoreAsync("", cancellationToken: Token));
        await Should.ThrowAsync<ArgumentNullException>(() => WriterOf(host).RestoreAsync(null!, Token));
    }

    [Fact]
    public async Task Restore_StoreWithoutSnapshots_IsNotSupported()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSnapshotKv();
        using var host = builder.Build();

        await Should.ThrowAsync<NotSupportedException>(() => WriterOf(host).RestoreAsync("lunch", cancellationToken: Token));
    }

    [Fact]
    public async Task Restore_OverARestart_IsKept()
    {
        using (var host = await StartAsync())
        {
            await WriterOf(host).SetAsync("Mail:Host", "one", cancellationToken: Token);
            var file = await SaveAsync(host);
            await WriterOf(host).SetAsync("Mail:Host", "two", cancellationToken: Token);
            await WriterOf(host).RestoreAsync(file, "carl", cancellationToken: Token);
            await host.StopAsync(Token);
        }

        using var again = await StartAsync();

        again.Services.GetRequiredService<IOptionsMonitor<MailOptions>>().CurrentValue.Host.ShouldBe("one");
        (await WriterOf(again).GetHistoryAsync(1, Token)).Single().RestoredFrom.ShouldNotBeNull();
    }

    private static ISnapshotKvConfigurationWriter WriterOf(IHost host) => host.Services.GetRequiredService<ISnapshotKvConfigurationWriter>();

    private static async Task<string> SaveAsync(IHost host)
    {
        var store = host.Services.GetRequiredService<KvStore>();
        return (await store.SaveAsync(Token) ?? store.ListSnapshots()[0]).FileName;
    }

    private async Task<IHost> StartAsync(KvFormat format = KvFormat.MessagePack, Action<SnapshotKvConfigurationSource>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Debug).AddProvider(_log);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["SnapshotKv:Path"] = _directory.Path,
            ["SnapshotKv:Format"] = format.ToString(),
        });
        builder.Configuration.AddSnapshotKv(source => configure?.Invoke(source));
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddSnapshotKv();
        builder.Services.Configure<MailOptions>(builder.Configuration.GetSection("Mail"));
        var host = builder.Build();
        await host.StartAsync(Token);
        return host;
    }

    private sealed class MailOptions
    {
        public string? Host { get; set; }

        public int Port { get; set; }

        public string? User { get; set; }
    }
}
