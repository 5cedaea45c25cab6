using System.Runtime.CompilerServices;

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
    [OverloadResolutionPriority(1)]
    IAsyncEnumerable<KvChange> WatchAsync(string prefix = "", CancellationToken cancellationToken = default);

    /// <summary>The same, each change told only once it has outlived what a level of durability names: for whoever hands changes on that must not be taken back.</summary>
    /// <param name="prefix">The prefix; empty for all.</param>
    /// <param name="durability">
    /// What a change has survived when it is told. <see cref="KvDurability.Snapshot"/>: nothing, as without it. <see cref="KvDurability.Process"/>: the end of the process, which every change of a store with
    /// a journal has. <see cref="KvDurability.Disk"/>: a power cut. Of a store without a journal, the last two mean that a snapshot holds the change; in memory only there is nothing to wait for.
    /// </param>
    /// <param name="cancellationToken">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>
    /// As above, in the same order. When the store is disposed, what its closing has made durable is told, and then it ends. A device that has failed makes nothing durable any more: nothing is told then, until a
    /// snapshot can be saved.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such level.</exception>
    /// <exception cref="NotSupportedException">The store can only be read, as a follower can, and the level is <see cref="KvDurability.Disk"/>: who writes it alone knows what the device has.</exception>
    /// <remarks>
    /// Watching makes nothing durable: the journal is flushed within <see cref="SnapshotKvOptions.FlushInterval"/>, and sooner when somebody waits for the disk. What waits for it counts towards what is kept for a
    /// watcher, 8,192 changes or 8 MiB of their keys: where more are made between two flushes, however fast he is, some are dropped, and <see cref="KvChangeKind.Missed"/> is told in their place.
    /// </remarks>
    IAsyncEnumerable<KvChange> WatchAsync(string prefix, KvDurability durability, CancellationToken cancellationToken = default);
}
