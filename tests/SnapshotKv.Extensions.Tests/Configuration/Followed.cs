using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using SnapshotKv.Extensions.Configuration;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Configuration;

/// <summary>A configuration root over a store, with a clock that stands still, a log that remembers, and a count of reloads.</summary>
internal sealed class Followed : IDisposable
{
    private readonly IDisposable _counting;

    public Followed(IKvStore store, Action<SnapshotKvConfigurationSource>? configure = null)
    {
        Factory = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Debug).AddProvider(Log));
        Root = new ConfigurationBuilder().AddSnapshotKv(source =>
        {
            source.Store = store;
            source.TimeProvider = Clock;
            source.LoggerFactory = Factory;
            source.OnError = Errors.Add;
            configure?.Invoke(source);
        }).Build();
        _counting = ChangeToken.OnChange(Root.GetReloadToken, () => Reloads++);
    }

    public IConfigurationRoot Root { get; }

    public SnapshotKvConfigurationProvider Provider => (SnapshotKvConfigurationProvider)Root.Providers.Single();

    public ManualTimeProvider Clock { get; } = new();

    public CapturingLogger Log { get; } = new();

    public ILoggerFactory Factory { get; }

    public List<Exception> Errors { get; } = [];

    public int Reloads { get; private set; }

    public string? this[string key] => Root[key];

    /// <summary>Lets the debounce pass.</summary>
    public void Settle() => Clock.Advance(TimeSpan.FromMilliseconds(250));

    public void Dispose()
    {
        _counting.Dispose();
        ((IDisposable)Root).Dispose();
        Factory.Dispose();
    }
}
