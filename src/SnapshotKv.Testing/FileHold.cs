namespace SnapshotKv.Testing;

/// <summary>Lets operations wait until a test releases them. Thread-safe.</summary>
internal sealed class FileHold : IDisposable
{
    private readonly Func<FileOperation, bool> _matches;
    private readonly TaskCompletionSource<FileOperation> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _isReleased = new();

    /// <summary>Initializes a new instance.</summary>
    /// <param name="matches">Whether an operation waits.</param>
    public FileHold(Func<FileOperation, bool> matches) => _matches = matches;

    /// <summary>Completes when the first operation waits, with that one.</summary>
    public Task<FileOperation> Reached => _reached.Task;

    /// <summary>Lets all that wait go on, and all that come later pass.</summary>
    public void Release()
    {
        _released.TrySetResult();
        _isReleased.Set();
    }

    /// <summary>Releases: what waits in a failed test would wait for ever.</summary>
    public void Dispose() => Release();

    /// <summary>Waits where the operation is one of those.</summary>
    internal void Pass(FileOperation operation)
    {
        if (!_isReleased.IsSet && _matches(operation))
        {
            _reached.TrySetResult(operation);
            _isReleased.Wait();
        }
    }

    /// <inheritdoc cref="Pass"/>
    internal async ValueTask PassAsync(FileOperation operation)
    {
        if (!_isReleased.IsSet && _matches(operation))
        {
            _reached.TrySetResult(operation);
            await _released.Task.ConfigureAwait(false);
        }
    }
}
