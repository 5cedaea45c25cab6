namespace SnapshotKv.Samples.Tests.Support;

/// <summary>The web sample as it is developed, running for all tests of a class that neither restart it nor mind each other's traces.</summary>
public sealed class RunningShop : IAsyncLifetime
{
    private WebSample? _sample;

    public string Url => _sample!.Url;

    /// <summary>Where its store keeps its snapshots.</summary>
    public string Snapshots => Path.Combine(_sample!.Home, "store", "snapshots");

    public async ValueTask InitializeAsync() => _sample = await WebSample.StartAsync("samples/WebApp", "--environment", "Development");

    public ValueTask DisposeAsync() => _sample?.DisposeAsync() ?? ValueTask.CompletedTask;
}
