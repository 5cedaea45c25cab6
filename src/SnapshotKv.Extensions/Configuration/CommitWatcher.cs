namespace SnapshotKv.Extensions.Configuration;

/// <summary>Tells of each change under a prefix of any store, by its change tokens, until it is disposed.</summary>
/// <remarks>Thread-safe. Changes that come before the last one was told are told once.</remarks>
internal sealed class CommitWatcher(IKvStore store, string prefix, Action changed, Action<Exception> failed) : IDisposable
{
    private readonly Lock _lock = new();
    private IDisposable? _registration;
    private bool _isDisposed;

    /// <summary>Begins, or begins again after the store threw.</summary>
    /// <exception cref="Exception">What the store throws.</exception>
    public void Register()
    {
        var token = store.Watch(prefix);
        var registration = token.RegisterChangeCallback(static self => ((CommitWatcher)self!).OnChanged(), this);
        lock (_lock)
        {
            if (!_isDisposed)
            {
                // The one that is replaced has fired.
                _registration = registration;
                return;
            }
        }

        registration.Dispose();
    }

    public void Dispose()
    {
        IDisposable? registration;
        lock (_lock)
        {
            _isDisposed = true;
            registration = _registration;
        }

        // Outside: it waits for a callback that is running, which may be waiting for the lock.
        registration?.Dispose();
    }

    private void OnChanged()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }
        }

        try
        {
            // First, so that no change falls between two tokens.
            Register();
        }
        catch (Exception exception)
        {
            failed(exception);
            return;
        }

        changed();
    }
}
