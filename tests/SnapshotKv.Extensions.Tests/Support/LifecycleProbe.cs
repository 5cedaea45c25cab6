using Microsoft.Extensions.Hosting;

namespace SnapshotKv.Extensions.Tests.Support;

/// <summary>Another service of the host, which does something in one of its phases.</summary>
internal sealed class LifecycleProbe : IHostedLifecycleService
{
    public Func<Task> OnStarting { get; init; } = static () => Task.CompletedTask;

    public Func<Task> OnStart { get; init; } = static () => Task.CompletedTask;

    public Func<Task> OnStop { get; init; } = static () => Task.CompletedTask;

    public Func<Task> OnStopped { get; init; } = static () => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => OnStarting();

    public Task StartAsync(CancellationToken cancellationToken) => OnStart();

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => OnStop();

    public Task StoppedAsync(CancellationToken cancellationToken) => OnStopped();
}
