using SnapshotKv.Engine;

namespace SnapshotKv;

/// <content>The change feed.</content>
public abstract partial class KvKeyspace
{
    /// <inheritdoc/>
    public IAsyncEnumerable<KvChange> WatchAsync(string prefix = "", CancellationToken cancellationToken = default)
    {
        Engine.ThrowIfClosed();
        return new Changes(Engine, FullPrefix(prefix), _prefix.Bytes.Length, cancellationToken);
    }

    /// <summary>Each enumeration is a watcher of its own.</summary>
    private sealed class Changes(StoreEngine engine, byte[] prefix, int partitionBytes, CancellationToken token) : IAsyncEnumerable<KvChange>
    {
        public IAsyncEnumerator<KvChange> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            // Who gives one token to the call and another to the loop wants either to end it.
            var linked = token.CanBeCanceled && cancellationToken.CanBeCanceled && token != cancellationToken
                ? CancellationTokenSource.CreateLinkedTokenSource(token, cancellationToken)
                : null;
            return engine.Subscribe(prefix, partitionBytes, linked, linked?.Token ?? (cancellationToken.CanBeCanceled ? cancellationToken : token));
        }
    }
}
