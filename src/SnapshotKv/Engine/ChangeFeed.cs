using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using SnapshotKv.Diagnostics;

namespace SnapshotKv.Engine;

/// <summary>Tells watchers what commits and expiries changed, in the order of the commits. Costs one comparison while nobody watches.</summary>
/// <remarks>Thread-safe. <see cref="Note"/> is called under the commit gate; it appends to queues and never runs a watcher's code.</remarks>
internal sealed class ChangeFeed
{
    private readonly IWorkScheduler _scheduler;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private ChangeSubscription[] _subscriptions = [];
    private readonly ChangeTokenTable _tokens = new();
    private readonly Action<ChangeToken> _queueFired;
    private volatile bool _hasFired;
    private readonly ConcurrentQueue<ChangeToken> _fired = new();
    private bool _isComplete;
    private long _missed;

    public ChangeFeed(IWorkScheduler scheduler, ILogger logger)
    {
        _scheduler = scheduler;
        _logger = logger;
        _queueFired = token =>
        {
            _fired.Enqueue(token);
            _hasFired = true;
        };
    }

    /// <summary>Whether changes must be told.</summary>
    public bool IsWatched => Volatile.Read(ref _subscriptions).Length > 0 || !_tokens.IsEmpty;

    public int SubscriptionCount => Volatile.Read(ref _subscriptions).Length;

    /// <summary>How often a subscription could not keep up and changes were dropped.</summary>
    public long MissedCount => Volatile.Read(ref _missed);

    /// <summary>A subscription drops changes, for the first time since its reader was told so.</summary>
    public void NoteMissed() => Interlocked.Increment(ref _missed);

    /// <summary>Gate: tells a change.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="key">The key, or the prefix of a reset.</param>
    /// <param name="sequence">The number of the commit.</param>
    public void Note(KvChangeKind kind, ReadOnlySpan<byte> key, ulong sequence)
    {
        foreach (var subscription in Volatile.Read(ref _subscriptions))
        {
            subscription.Note(kind, key, sequence);
        }

        // Changed for whoever asks, from this very commit on; whoever waits to be called is called outside of the gate.
        if (!_tokens.IsEmpty)
        {
            _tokens.Take(kind, key, _queueFired);
        }
    }

    /// <summary>A watcher begins.</summary>
    /// <param name="owner">With whom its enumeration ends.</param>
    /// <param name="prefix">What it watches.</param>
    /// <param name="partitionBytes">How much of each key it does not see.</param>
    /// <param name="durableThrough">Up to which commit it may be told; null for all.</param>
    /// <param name="owned">Disposed with it.</param>
    /// <param name="cancellationToken">Ends its waiting.</param>
    public ChangeSubscription Subscribe(object owner, byte[] prefix, int partitionBytes, Func<ulong>? durableThrough, IDisposable? owned, CancellationToken cancellationToken)
    {
        var subscription = new ChangeSubscription(this, owner, prefix, partitionBytes, durableThrough, owned, cancellationToken);
        lock (_lock)
        {
            if (_isComplete)
            {
                subscription.End();
            }
            else
            {
                Volatile.Write(ref _subscriptions, [.. _subscriptions, subscription]);
            }
        }

        return subscription;
    }

    /// <summary>More commits are durable: those who waited for that may be told of them.</summary>
    public void NoteDurable()
    {
        foreach (var subscription in Volatile.Read(ref _subscriptions))
        {
            subscription.NoteDurable();
        }
    }

    public void Remove(ChangeSubscription subscription)
    {
        lock (_lock)
        {
            Volatile.Write(ref _subscriptions, Array.FindAll(_subscriptions, other => other != subscription));
        }
    }

    /// <summary>The token of a prefix, which has not changed yet.</summary>
    public IChangeToken Watch(byte[] prefix) => _tokens.Get(prefix);

    /// <summary>How many tokens are known, those included that nobody holds any more.</summary>
    public int TokenCount => _tokens.Count;

    /// <summary>Ends the enumerations of an owner behind what is queued.</summary>
    public void Complete(object owner)
    {
        foreach (var subscription in Volatile.Read(ref _subscriptions))
        {
            if (subscription.Owner == owner && !subscription.Complete())
            {
                Remove(subscription);
            }
        }
    }

    /// <summary>Ends all enumerations behind what is queued; tokens that have not changed never will.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _isComplete = true;
            Volatile.Write(ref _subscriptions, Array.FindAll(_subscriptions, static subscription => subscription.Complete()));
        }

        _tokens.Clear();
    }

    /// <summary>After <see cref="Complete()"/>, when nothing becomes durable any more: ends the enumerations that waited for that.</summary>
    public void End()
    {
        lock (_lock)
        {
            Array.ForEach(_subscriptions, static subscription => subscription.End());
            Volatile.Write(ref _subscriptions, []);
        }
    }

    /// <summary>Outside of the gate, after each commit: has the callbacks run of the tokens that changed.</summary>
    public void Deliver()
    {
        if (!_hasFired)
        {
            return;
        }

        // Lowered first: a token that is queued meanwhile raises it again.
        _hasFired = false;
        while (_fired.TryDequeue(out var token))
        {
            _scheduler.Queue(() => Call(token));
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "What a watcher's callback throws concerns neither the store nor the other watchers.")]
    private void Call(ChangeToken token)
    {
        try
        {
            token.Fire();
        }
        catch (Exception exception)
        {
            _logger.WatcherFailed(exception);
        }
    }
}
