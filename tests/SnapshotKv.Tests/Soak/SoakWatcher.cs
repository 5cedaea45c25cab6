namespace SnapshotKv.Tests.Soak;

/// <summary>Watches all changes for as long as the soak takes, as slowly as it likes.</summary>
internal sealed class SoakWatcher : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task _reading;

    public SoakWatcher(KvStore store) => _reading = Task.Run(async () =>
    {
        try
        {
            await foreach (var _ in store.WatchAsync(cancellationToken: _end.Token))
            {
                HasSeenAnything = true;
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the soak.
        }
    });

    public bool HasSeenAnything { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _reading;
        _end.Dispose();
    }
}
