using System.Runtime.ExceptionServices;

namespace SnapshotKv.Snapshots;

/// <summary>
/// A piece of work whose results are wanted in order and may be made ahead of time. The one who wants them runs the work itself when no thread has
/// taken it yet, so that a starved thread pool costs speed and never a deadlock.
/// </summary>
internal abstract class AheadJob : IThreadPoolWorkItem, IDisposable
{
    private const int Idle = 0, Waiting = 1, Taken = 2;

    private readonly ManualResetEventSlim _done = new(initialState: true);
    private ExceptionDispatchInfo? _fault;
    private int _state;

    /// <summary>Whether the work that was started last is done; true before the first start.</summary>
    public bool IsDone => _done.IsSet;

    /// <summary>Hands the work to the thread pool, or with <paramref name="isAhead"/> false leaves it to <see cref="Complete"/> and <see cref="RunIfWaiting"/>.</summary>
    public void Start(bool isAhead)
    {
        _fault = null;
        _done.Reset();
        Volatile.Write(ref _state, Waiting);
        if (isAhead)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Returns when the work is done, and throws what it threw.</summary>
    public void Complete()
    {
        RunIfWaiting();
        _done.Wait();
        _fault?.Throw();
    }

    /// <summary>Returns when no thread is at it any more; work that nobody took is dropped.</summary>
    public void Abandon()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Waiting) != Waiting)
        {
            _done.Wait();
        }
    }

    /// <summary>Does the work, unless somebody is at it or has done it. Never throws: see <see cref="Complete"/>.</summary>
    public void RunIfWaiting()
    {
        // The pool may hold a stale reference from an earlier start; whoever comes second finds the work taken.
        if (Interlocked.CompareExchange(ref _state, Taken, Waiting) != Waiting)
        {
            return;
        }

        try
        {
            Run();
        }
        catch (Exception exception)
        {
            _fault = ExceptionDispatchInfo.Capture(exception);
        }
        finally
        {
            _done.Set();
        }
    }

    void IThreadPoolWorkItem.Execute() => RunIfWaiting();

    /// <summary>Nobody is at it any more.</summary>
    public virtual void Dispose()
    {
        _done.Dispose();
        GC.SuppressFinalize(this);
    }

    protected abstract void Run();
}
