namespace SnapshotKv;

/// <summary>A store that tells of its changes one by one and in order.</summary>
/// <remarks>Thread-safe; any number of watchers at once.</remarks>
public interface IKvChangeFeed
{
    /// <summary>The changes of the keys that begin with a prefix, in the order of their commits, until it is cancelled or the store is disposed.</summary>
    /// <param name="prefix">The prefix; empty for all.</param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>
    /// The changes made after the enumeration began. All changes of a commit come one behind the other. It ends when the store is disposed. A watcher
    /// that does not keep up is told with <see cref="KvChangeKind.Missed"/> and never holds up the store.
    /// </returns>
    /// <remarks>
    /// A change is told when memory has it, which may be before the disk has. While somebody watches, each commit costs a comparison of its keys per watcher, and the
    /// copy of each key that matches.
    /// </remarks>
    IAsyncEnumerable<KvChange> WatchAsync(string prefix = "", CancellationToken cancellationToken = default);
}
