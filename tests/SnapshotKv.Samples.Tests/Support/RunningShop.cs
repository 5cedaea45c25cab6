namespace SnapshotKv.Samples.Tests.Support;

/// <summary>The web sample, running for all tests of a class that neither restart it nor mind each other's traces.</summary>
public sealed class RunningShop : IAsyncLifetime
{
    private WebSample? _sample;

    public string Url => _sample!.Url;

    public async ValueTask InitializeAsync() => _sample = await WebSample.StartAsync("samples/WebApp");

    public ValueTask DisposeAsync() => _sample?.DisposeAsync() ?? ValueTask.CompletedTask;
}
