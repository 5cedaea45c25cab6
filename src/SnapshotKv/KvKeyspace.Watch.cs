using System.Runtime.CompilerServices;
using SnapshotKv.Engine;

namespace SnapshotKv;

/// <content>The change feed.</content>
public abstract partial class KvKeyspace
{
    /// <inheritdoc/>
    [OverloadResolutionPriority(1)]
    public IAsyncEnumerable<KvChange> WatchAsync(string prefix = "", CancellationToken cancellationToken = default) =>
        WatchAsync(prefix, KvDurability.Snapshot, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<KvChange> WatchAsync(string prefix, KvDurability durability, CancellationToken cancellationToken = default)
    {
        Engine.ThrowIfCannotWatch(durability);
        return new Changes(Engine, FullPrefix(prefix), _prefix.Bytes.Length, durability, cancellationToken);
    }

    /// <summary>Each enumeration is a watcher of its own.</summary>
    private sealed class Changes(StoreEngine engine, byte[] prefix, int partitionBytes, KvDurability durability, CancellationToken token) : IAsyncEnumerable<KvChange>
    {
        public IAsyncEnumerator<KvChange> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            // Who gives one token to the call and another to the loop wants either to end it.
            var linked = token.CanBeCanceled && cancellationToken.CanBeCanceled && token != cancellationToken
                ? CancellationTokenSource.CreateLinkedTokenSource(token, cancellationToken)
                : null;
            return engine.Subscribe(prefix, partitionBytes, durability, linked, linked?.Token ?? (cancellationToken.CanBeCanceled ? cancellationToken : token));
        }
    }
}
