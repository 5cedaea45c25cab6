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

            Wake();
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

    /// <summary>Ends the enumeration behind what is queued, and may be told: the store is disposed.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _isComplete = true;
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

                if (_isComplete)
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

    private bool TryTake()
    {
        var limit = durableThrough?.Invoke() ?? ulong.MaxValue;
        if (_queue.TryPeek(out var change))
        {
            if (change.Sequence > limit)
            {
                return false;
            }

            _queue.Dequeue();
            _queuedBytes -= change.Key.Length;
            var isKey = change.Kind is not KvChangeKind.Reset;
            Current = new KvChange
            {
                Kind = change.Kind,
                Key = isKey ? Encoding.UTF8.GetString(change.Key.AsSpan(partitionBytes)) : string.Empty,
                Version = (long)change.Sequence,
            };
            return true;
        }

        if (_missedThrough == 0 || _missedThrough > limit)
        {
            return false;
        }

        Current = new KvChange { Kind = KvChangeKind.Missed, Key = string.Empty, Version = (long)_missedThrough };
        _missedThrough = 0;
        return true;
    }

    private void Wake()
    {
        _waiting?.TrySetResult(true);
        _waiting = null;
    }
}
