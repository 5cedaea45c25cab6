namespace SnapshotKv.Extensions.Diagnostics;

/// <summary>Asks for the free space where a store lies, on no caller's thread, and once at a time.</summary>
/// <remarks>
/// Thread-safe. A network share that hangs never answers: a check that gave up waiting leaves one blocked thread behind, and those that come after it wait
/// for the same answer instead of blocking more.
/// </remarks>
internal sealed class FreeSpaceQuery
{
    private readonly Lock _lock = new();
    private Task<long?>? _running;

    /// <summary>The free bytes; null in memory-only mode.</summary>
    /// <exception cref="KvStoreUnavailableException">The directory is gone, or cannot be asked.</exception>
    /// <exception cref="OperationCanceledException">The waiting was given up; the question was not.</exception>
    public Task<long?> AskAsync(KvStore store, CancellationToken cancellationToken) =>
        store.IsMemoryOnly ? Task.FromResult<long?>(null) : Ask(store.GetAvailableBytes).WaitAsync(cancellationToken);

    /// <summary>Joins the question that is open, or asks.</summary>
    internal Task<long?> Ask(Func<long?> question)
    {
        lock (_lock)
        {
            if (_running is null or { IsCompleted: true })
            {
                _running = Task.Run(question);
            }

            return _running;
        }
    }
}
