using System.Diagnostics.CodeAnalysis;

namespace SnapshotKv.Engine;

/// <summary>The making of one missing value: one factory runs, everybody who wants the value meanwhile waits for it.</summary>
/// <remarks>Thread-safe. What comes out is the encoded value, so that each of those who wait reads an object of its own.</remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The source has no timer, and a factory may hold its token for longer than anyone waits.")]
internal sealed class Flight(FlightTable table, string key)
{
    private readonly TaskCompletionSource<byte[]> _landing = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly CancellationTokenSource _abandoned = new();
    private int _waiting = 1;

    public string Key { get; } = key;

    /// <summary>The encoded value, or the factory's failure.</summary>
    public Task<byte[]> Landing => _landing.Task;

    /// <summary>Cancelled when nobody waits for the value any more.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Tables' lock: the flights whose factories wait for this one's value at this moment, and thereby cannot end before it.</summary>
    public List<Flight> WaitingFor { get; } = [];

    /// <summary>Somebody waits too; false when all have gone, so that the factory has been told to stop.</summary>
    public bool TryJoin()
    {
        for (var waiting = Volatile.Read(ref _waiting); waiting > 0; waiting = Volatile.Read(ref _waiting))
        {
            if (Interlocked.CompareExchange(ref _waiting, waiting + 1, waiting) == waiting)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Somebody does not wait any more. The last one to go before the landing has the factory told to stop.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _waiting) == 0 && !_landing.Task.IsCompleted)
        {
            table.Remove(this);

            // The token is cancelled when this returns. Its callbacks are the factory's code: they do not hold up, nor fail, the one who leaves.
            _ = _abandoned.CancelAsync();
        }
    }

    /// <summary>The factory has made the value, and it is stored.</summary>
    public void Land(byte[] encoded)
    {
        table.Remove(this);
        _landing.TrySetResult(encoded);
    }

    /// <summary>The factory has failed; nothing is stored.</summary>
    public void Crash(Exception exception)
    {
        table.Remove(this);
        if (exception is OperationCanceledException cancelled && Abandoned.IsCancellationRequested)
        {
            _landing.TrySetCanceled(cancelled.CancellationToken);
        }
        else
        {
            _landing.TrySetException(exception);
        }

        // Looked at here: when nobody waits any more, nobody is to be told.
        _ = _landing.Task.Exception;
    }
}
