namespace SnapshotKv.Tests.Keyspace;

/// <summary>A thread of its own that writes until it is disposed; it has begun when the constructor returns, however busy the pool is.</summary>
internal sealed class BusyWriter : IDisposable
{
    private readonly ManualResetEventSlim _begun = new();
    private readonly Thread _thread;
    private Exception? _failure;
    private volatile bool _isStopped;
    private int _rounds;

    /// <param name="write">Writes, and asks before each time whether it <see cref="GoesOn"/>.</param>
    public BusyWriter(Action<BusyWriter> write)
    {
        _thread = new Thread(() =>
        {
            try
            {
                write(this);
            }
            catch (Exception exception)
            {
                _failure = exception;
            }
            finally
            {
                _begun.Set();
            }
        });
        _thread.Start();
        _begun.Wait(TestContext.Current.CancellationToken);
    }

    /// <summary>Whether there is more to be written.</summary>
    public bool GoesOn()
    {
        if (_rounds++ > 0)
        {
            _begun.Set();
        }

        return !_isStopped;
    }

    /// <summary>Waits for the end.</summary>
    public void Dispose()
    {
        _isStopped = true;
        _thread.Join();
        _begun.Dispose();
        _failure.ShouldBeNull();
    }
}
