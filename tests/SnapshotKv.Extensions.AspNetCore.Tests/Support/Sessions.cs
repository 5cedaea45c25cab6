using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnapshotKv.Extensions.AspNetCore.Session;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.AspNetCore.Tests.Support;

/// <summary>Sessions of a container over a store in memory, whose clock stands still and whose every operation can be held up or fail.</summary>
internal sealed class Sessions : IDisposable
{
    public const string Cookie = "5e5510a0-0000-4000-8000-00000000c00c";
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(20);
    public static readonly TimeSpan Io = TimeSpan.FromMinutes(1);

    private readonly ServiceProvider _services;

    public Sessions(Action<IServiceCollection>? configure = null, KvFormat format = KvFormat.MessagePack)
    {
        Store = KvStore.Open(new SnapshotKvOptions { TimeProvider = Clock, Format = format });
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(Log));
        services.AddSingleton<TimeProvider>(Clock);
        services.AddSingleton<IKvStore>(new HookedKvStore(Store, Hooks));
        services.AddSnapshotKvSession();
        configure?.Invoke(services);
        _services = services.BuildServiceProvider();
    }

    public ManualTimeProvider Clock { get; } = new();

    public CapturingLogger Log { get; } = new();

    public StoreHooks Hooks { get; } = new();

    public KvStore Store { get; }

    public IKvStore Entries => Store.GetPartition("session:");

    public ISessionStore SessionStore => _services.GetRequiredService<ISessionStore>();

    public ISnapshotKvSessionDirectory Directory => _services.GetRequiredService<ISnapshotKvSessionDirectory>();

    /// <summary>The entry of the one session there is.</summary>
    public string EntryKey => Entries.GetKeys().Single();

    public long Version => Entries.TryGetInfo(EntryKey, out var info) ? info.Version : 0;

    /// <summary>What another request with the same cookie gets.</summary>
    public ISession Open(string cookie = Cookie, TimeSpan? idle = null, Func<bool>? establish = null, bool isNew = false) =>
        SessionStore.Create(cookie, idle ?? Idle, Io, establish ?? (static () => true), isNew);

    /// <summary>A whole request.</summary>
    public async Task RequestAsync(Action<ISession> work, string cookie = Cookie)
    {
        var session = Open(cookie);
        work(session);
        await session.CommitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The session as the next request sees it: "a=1 b=2", in the order of the keys.</summary>
    public string Show(string cookie = Cookie) => Show(Open(cookie));

    public static string Show(ISession session) => string.Join(' ', session.Keys.Order(StringComparer.Ordinal).Select(key => $"{key}={session.GetString(key)}"));

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public void Dispose()
    {
        _services.Dispose();
        Store.Dispose();
    }
}
