using System.Text;

namespace SnapshotKv.Engine;

/// <summary>
/// One watcher's queue. Commits append to it under the gate and never wait; what does not fit is dropped, and the watcher is told so in its place
/// in the order.
/// </summary>
/// <remarks>Thread-safe for any number of writers and one reader.</remarks>
internal sealed class ChangeSubscription(
    ChangeFeed feed,
    object owner,
    byte[] prefix,
    int partitionBytes,
    Func<ulong>? durableThrough,
    IDisposable? owned,
    CancellationToken cancellationToken) : IAsyncEnumerator<KvChange>
{
    /// <summary>How many changes wait for a slow watcher before further ones are dropped.</summary>
    internal const int Capacity = 8192;

    /// <summary>The same in bytes of their keys.</summary>
    internal const int CapacityBytes = 8 << 20;

    private readonly Lock _lock = new();
    private readonly Queue<(KvChangeKind Kind, byte[] Key, ulong Sequence)> _queue = new();
    private TaskCompletionSource<bool>? _waiting;
    private long _queuedBytes;
    private ulong _missedThrough;
    private bool _isComplete;
    private bool _isEnded;
    private bool _isDisposed;

    /// <summary>With whom the enumeration ends.</summary>
    public object Owner => owner;

    public KvChange Current { get; private set; }

    /// <summary>Gate: appends a change when it lies under the prefix.</summary>
    public void Note(KvChangeKind kind, ReadOnlySpan<byte> key, ulong sequence)
    {
        // A reset of a longer prefix concerns this one, and a reset of a shorter one too.
        if (!(key.StartsWith(prefix) || (kind == KvChangeKind.Reset && prefix.AsSpan().StartsWith(key))))
        {
            return;
        }

        lock (_lock)
        {
            if (_isComplete)
            {
                return;
            }

            // Once something was dropped nothing may follow before the watcher knows.
            if (_missedThrough != 0 || _queue.Count == Capacity || _queuedBytes + key.Length > CapacityBytes)
            {
                if (_missedThrough == 0)
                {
                    feed.NoteMissed();
                }

                _missedThrough = sequence;
            }
            else
            {
                _queue.Enqueue((kind, key.ToArray(), sequence));
                _queuedBytes += key.Length;
            }

            // What is not durable yet is told of when it is: most commits are not, when they are made.
            if (sequence <= DurableThrough)
            {
                Wake();
            }
        }
    }

    /// <summary>More commits are durable.</summary>
    public void NoteDurable()
    {
        if (durableThrough is null)
        {
            return;
        }

        lock (_lock)
        {
            Wake();
        }
    }

    /// <summary>Ends the enumeration behind what is queued: the store is disposed.</summary>
    /// <returns>Whether some of it may become durable yet, so that it is to be told of that.</returns>
    public bool Complete()
    {
        lock (_lock)
        {
            _isComplete = true;
            Wake();
            return durableThrough is not null;
        }
    }

    /// <summary>Nothing becomes durable any more.</summary>
    public void End()
    {
        lock (_lock)
        {
            _isComplete = _isEnded = true;
            Wake();
        }
    }

    public async ValueTask<bool> MoveNextAsync()
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task<bool> more;
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                if (TryTake())
                {
                    return true;
                }

                if (_isEnded || (_isComplete && _queue.Count == 0))
                {
                    return false;
                }

                _waiting = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                more = _waiting.Task;
            }

            await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync()
    {
        feed.Remove(this);
        lock (_lock)
        {
            _isDisposed = true;
            _queue.Clear();
            Wake();
        }

        owned?.Dispose();
        return ValueTask.CompletedTask;
    }

    private ulong DurableThrough => durableThrough?.Invoke() ?? ulong.MaxValue;

    private bool TryTake()
    {
        if (_queue.Count == 0 && _missedThrough != 0)
        {
            // From here on it stands in its place as a change does, with those behind it that come from now on: else it would move ahead with each of them, and never be durable.
            _queue.Enqueue((KvChangeKind.Missed, [], _missedThrough));
            _missedThrough = 0;
        }

        if (!_queue.TryPeek(out var change) || change.Sequence > DurableThrough)
        {
            return false;
        }

        _queue.Dequeue();
        _queuedBytes -= change.Key.Length;
        var isKey = change.Kind is not (KvChangeKind.Reset or KvChangeKind.Missed);
        Current = new KvChange
        {
            Kind = change.Kind,
            Key = isKey ? Encoding.UTF8.GetString(change.Key.AsSpan(partitionBytes)) : string.Empty,
            Version = (long)change.Sequence,
        };
        return true;
    }

    private void Wake()
    {
        _waiting?.TrySetResult(true);
        _waiting = null;
    }
}
