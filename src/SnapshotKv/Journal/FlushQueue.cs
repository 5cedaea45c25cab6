using System.Diagnostics.CodeAnalysis;

namespace SnapshotKv.Journal;

/// <summary>
/// Has commits flushed for those who wait for that: one flush serves all who came before it began. A thread that waits flushes itself when nobody does; those who await
/// share one thread that flushes for them, and one task.
/// </summary>
/// <remarks>Thread-safe. A flush that fails is final: what the device holds is unknown from then on, and asking again would prove nothing.</remarks>
internal sealed class FlushQueue(Func<ulong> flush, Action<Exception> onFault)
{
    private readonly object _lock = new();
    private ulong _durable;
    private Exception? _fault;
    private bool _isFlushing;
    private bool _hasThread;
    private TaskCompletionSource? _next;

    /// <summary>Called, in the lock, whenever more commits are known to be on the device.</summary>
    public Action? Advanced { get; set; }

    /// <summary>The last commit that is known to be on the device.</summary>
    public ulong Durable => Volatile.Read(ref _durable);

    /// <summary>Why nothing is flushed any more; null while all is well.</summary>
    public Exception? Fault => Volatile.Read(ref _fault);

    /// <summary>Returns when a commit, which has been appended, is on the device, and all before it.</summary>
    /// <exception cref="KvStoreFaultedException">The device did not take it.</exception>
    public void Wait(ulong sequence)
    {
        if (Durable >= sequence)
        {
            return;
        }

        TaskCompletionSource? waiting;
        lock (_lock)
        {
            while (_isFlushing && _durable < sequence && _fault is null)
            {
                Monitor.Wait(_lock);
            }

            if (_durable >= sequence)
            {
                return;
            }

            ThrowIfFaulted();
            waiting = Begin();
        }

        // What was appended before this call began was appended before the flush that it makes.
        Lead(waiting);
        if (Durable < sequence)
        {
            ThrowIfFaulted();
        }
    }

    /// <inheritdoc cref="Wait"/>
    /// <returns>A task that completes when it is.</returns>
    public ValueTask WaitAsync(ulong sequence)
    {
        if (Durable >= sequence)
        {
            return ValueTask.CompletedTask;
        }

        lock (_lock)
        {
            if (_durable >= sequence)
            {
                return ValueTask.CompletedTask;
            }

            if (_fault is not null)
            {
                return ValueTask.FromException(Faulted(_fault));
            }

            _next ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (!_hasThread)
            {
                _hasThread = true;
                ThreadPool.UnsafeQueueUserWorkItem(static self => self.LeadForThoseWhoAwait(), this, preferLocal: false);
            }

            return new(_next.Task);
        }
    }

    /// <summary>Flushes all that was appended before the call, whether it is a commit or not.</summary>
    /// <exception cref="KvStoreFaultedException">The device did not take it.</exception>
    public void Flush()
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            while (_isFlushing)
            {
                Monitor.Wait(_lock);
            }

            ThrowIfFaulted();
            waiting = Begin();
        }

        Lead(waiting);
        ThrowIfFaulted();
    }

    /// <summary>Returns when nobody flushes: what a running flush still needs may be closed then.</summary>
    public void WaitForRunning()
    {
        lock (_lock)
        {
            while (_isFlushing)
            {
                Monitor.Wait(_lock);
            }
        }
    }

    /// <summary>Commits up to one are on the device by other means: a snapshot holds them.</summary>
    public void Advance(ulong sequence)
    {
        lock (_lock)
        {
            AdvanceInLock(sequence);
        }
    }

    /// <summary>Ends it for good: something that must not fail has failed.</summary>
    public void Fail(Exception exception)
    {
        lock (_lock)
        {
            if (_fault is not null)
            {
                return;
            }

            Volatile.Write(ref _fault, exception);
            Monitor.PulseAll(_lock);
        }

        onFault(exception);
    }

    /// <exception cref="KvStoreFaultedException">It has ended.</exception>
    public void ThrowIfFaulted()
    {
        if (Fault is { } fault)
        {
            throw Faulted(fault);
        }
    }

    private static KvStoreFaultedException Faulted(Exception fault) => new(
        $"The device did not take what was written to the journal, and what it holds is unknown: {fault.Message} Whether a write that gets this exception is there after a restart cannot be told; "
        + "those acknowledged before are in memory. The store takes no more writes, and reads go on. Look at the kernel's log, mend or replace the device, and open the store again.",
        fault);

    /// <summary>In the lock: a flush begins, for all who wait so far.</summary>
    private TaskCompletionSource? Begin()
    {
        _isFlushing = true;
        return Interlocked.Exchange(ref _next, null);
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever keeps a flush from ending well is the fault, which all who wait are told.")]
    private void Lead(TaskCompletionSource? waiting)
    {
        Exception? fault = null;
        ulong durable = 0;
        try
        {
            durable = flush();
        }
        catch (Exception exception)
        {
            fault = exception;
            Fail(exception);
        }

        lock (_lock)
        {
            _isFlushing = false;
            AdvanceInLock(durable);
            Monitor.PulseAll(_lock);
        }

        if (fault is null)
        {
            waiting?.SetResult();
        }
        else
        {
            waiting?.SetException(Faulted(fault));
        }
    }

    private void LeadForThoseWhoAwait()
    {
        while (true)
        {
            TaskCompletionSource? waiting;
            lock (_lock)
            {
                while (_isFlushing)
                {
                    Monitor.Wait(_lock);
                }

                if (_next is null)
                {
                    _hasThread = false;
                    return;
                }

                if (_fault is { } fault)
                {
                    _next.SetException(Faulted(fault));
                    _next = null;
                    continue;
                }

                waiting = Begin();
            }

            Lead(waiting);
        }
    }

    private void AdvanceInLock(ulong sequence)
    {
        if (sequence > _durable)
        {
            Volatile.Write(ref _durable, sequence);
            Monitor.PulseAll(_lock);
            Advanced?.Invoke();
        }
    }
}
