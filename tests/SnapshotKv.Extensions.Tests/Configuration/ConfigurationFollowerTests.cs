using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Configuration;
using SnapshotKv.Extensions.Tests.Support;

namespace SnapshotKv.Extensions.Tests.Configuration;

/// <summary>A configuration that follows a directory which somebody else owns. That the owner may be another process, the engine's tests and the time machine's show.</summary>
public sealed class ConfigurationFollowerTests : IDisposable
{
    /// <summary>How long a step may take before the test is said to hang. No assertion depends on it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task OptionsMonitor_OfAFollower_SeesWhatTheOwnerWritesAndGoesBackTo()
    {
        using var owner = Own();
        var writer = owner.Services.GetRequiredService<ISnapshotKvConfigurationWriter>();
        await writer.SetAsync("Mail:Host", "one", cancellationToken: Token);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        Follow(builder, _directory.Path);
        builder.Services.Configure<MailOptions>(builder.Configuration.GetSection("Mail"));
        using var follower = builder.Build();
        var mail = follower.Services.GetRequiredService<IOptionsMonitor<MailOptions>>();
        mail.CurrentValue.Host.ShouldBe("one");
        var store = owner.Services.GetRequiredService<KvStore>();
        var file = store.Save()!.FileName;

        await writer.SetAsync("Mail:Host", "two", cancellationToken: Token);
        await UntilAsync(mail, "two");
        await writer.RestoreAsync(file, cancellationToken: Token);
        await UntilAsync(mail, "one");
        store.Set("config:Mail:Host", "three");
        await UntilAsync(mail, "three");
        store.Restore(file);
        await UntilAsync(mail, "one");
    }

    [Fact]
    public async Task Follower_BeforeTheOwner_IsEmptyAndWaits()
    {
        using var following = NewFollower(Path.Combine(_directory.Path, "later"));
        following.AsEnumerable().ShouldBeEmpty();
        Directory.Exists(Path.Combine(_directory.Path, "later")).ShouldBeFalse();

        using var store = KvStore.Open(Path.Combine(_directory.Path, "later"));
        store.Set("config:a", "1");

        await UntilAsync(following, () => following["a"] == "1");
    }

    [Fact]
    public async Task Follower_SetThatIsRefused_KeepsTheOneBeforeAndWritesNothing()
    {
        using var store = KvStore.Open(_directory.Path);
        store.Set("config:Port", "25");
        var refused = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var following = NewFollower(_directory.Path, source =>
        {
            source.Validate(static candidate => candidate["Port"] == "bad" ? ["Port is bad"] : []);
            source.OnError = exception => refused.TrySetResult(exception);
        });

        store.Set("config:Port", "bad");

        (await refused.Task.WaitAsync(Patience, Token)).ShouldBeOfType<SnapshotKvConfigurationRefusedException>();
        following["Port"].ShouldBe("25");
        store.Count("snapshotkv:").ShouldBe(0);
        store.Set("config:Port", "26");
        await UntilAsync(following, () => following["Port"] == "26");
    }

    [Fact]
    public async Task Writer_OfAFollower_ReadsTheHistoryAndRefusesToWrite()
    {
        using var owner = Own();
        await owner.Services.GetRequiredService<ISnapshotKvConfigurationWriter>().SetAsync("a", "1", "anna", cancellationToken: Token);
        var services = new ServiceCollection();
        services.AddSnapshotKv(options =>
        {
            options.Path = _directory.Path;
            options.Mode = KvStoreMode.Follower;
        });
        await using var provider = services.BuildServiceProvider();
        var writer = provider.GetRequiredService<ISnapshotKvConfigurationWriter>();

        (await writer.GetHistoryAsync(cancellationToken: Token)).Single().Author.ShouldBe("anna");
        (await writer.GetAsync(Token)).Values["a"].ShouldBe("1");
        await Should.ThrowAsync<NotSupportedException>(() => writer.SetAsync("a", "2", cancellationToken: Token));
    }

    [Fact]
    public void Mode_OfEarlierSources_Counts()
    {
        using (var store = KvStore.Open(_directory.Path))
        {
            store.Set("config:a", "1");
        }

        using var owner = KvStore.Open(_directory.Path);
        using var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["SnapshotKv:Path"] = _directory.Path, ["SnapshotKv:Mode"] = "Follower" });
        configuration.AddSnapshotKv();

        configuration["a"].ShouldBe("1");
    }

    [Fact]
    public void Mode_OfAStoreThatIsOpen_IsRefused()
    {
        using var store = KvStore.Open(_directory.Path);
        using var configuration = new ConfigurationManager();

        Should.Throw<OptionsValidationException>(() => configuration.AddSnapshotKv(source =>
        {
            source.Store = store;
            source.Mode = KvStoreMode.Follower;
        })).Message.ShouldContain("Mode");
    }

    private static void Follow(HostApplicationBuilder builder, string directory)
    {
        // begin follow
        builder.Configuration.AddSnapshotKv(source =>
        {
            source.Path = directory; // which another process owns
            source.Mode = KvStoreMode.Follower;
        });
        // end follow
    }

    private static ConfigurationManager NewFollower(string directory, Action<SnapshotKvConfigurationSource>? configure = null)
    {
        var configuration = new ConfigurationManager();
        configuration.AddSnapshotKv(source =>
        {
            source.Path = directory;
            source.Mode = KvStoreMode.Follower;
            source.ReloadDebounce = TimeSpan.Zero;
            configure?.Invoke(source);
        });
        return configuration;
    }

    /// <summary>By what the monitor itself tells: those who wait for the configuration's token may be called before the monitor is, and find what it had before.</summary>
    private static async Task UntilAsync(IOptionsMonitor<MailOptions> mail, string host)
    {
        var isSo = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = mail.OnChange(options => Look(options));
        Look(mail.CurrentValue);
        await isSo.Task.WaitAsync(Patience, Token);

        void Look(MailOptions options)
        {
            if (options.Host == host)
            {
                isSo.TrySetResult();
            }
        }
    }

    private static async Task UntilAsync(IConfiguration configuration, Func<bool> isSo)
    {
        while (true)
        {
            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var registration = configuration.GetReloadToken().RegisterChangeCallback(_ => changed.TrySetResult(), state: null);
            if (isSo())
            {
                return;
            }

            await changed.Task.WaitAsync(Patience, Token);
        }
    }

    private IHost Own()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddSnapshotKv(_directory.Path);
        builder.Services.AddSnapshotKv(options => options.Path = _directory.Path);
        return builder.Build();
    }

    private sealed class MailOptions
    {
        public string? Host { get; set; }
    }
}
