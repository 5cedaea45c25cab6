using SnapshotKv.Engine;
using SnapshotKv.Lifetime;
using SnapshotKv.Serialization;

namespace SnapshotKv;

/// <summary>
/// An embedded key-value store: all entries in memory, kept in a local directory by a journal and snapshots. Opens and writes directories of Go's snapshotkv
/// v0.3.0.
/// </summary>
/// <remarks>
/// <para>Thread-safe. One process at a time has a directory open, and in it one store, or several handles on one that were got by
/// <see cref="OpenShared(SnapshotKvOptions, string)"/>; else opening is refused with <see cref="KvStoreLockedException"/>.</para>
/// <para>What a write that has returned survives is <see cref="SnapshotKvOptions.Durability"/>; by default it is in the journal, so that the end of the process takes nothing, and the end of the
/// machine at most <see cref="SnapshotKvOptions.FlushInterval"/>. Disposal saves what is not saved.</para>
/// </remarks>
public sealed partial class KvStore : KvKeyspace, IKvSnapshots, IDisposable, IAsyncDisposable
{
    private readonly OpenStore _store;
    private readonly StoreHandle _handle;

    private KvStore(OpenStore store, StoreHandle handle)
        : base(handle.Engine, handle.Settings, KvSerializers.Create(handle.Settings).BindTo(store.Serializers, prefix: ""), KvKeyPrefix.None, default, handle.Engine.Durability)
    {
        _store = store;
        _handle = handle;
    }

    /// <summary>Whether the store lives in memory only, without a directory.</summary>
    public bool IsMemoryOnly => _store.DirectoryPath is null;

    /// <summary>The store's directory, absolute and with links resolved; null in memory-only mode.</summary>
    public string? DirectoryPath => _store.DirectoryPath;

    /// <summary>How far a follower (<see cref="KvStoreMode.Follower"/>) has come, at this moment; null for a store that follows nobody.</summary>
    public KvFollowerStatus? Follower => _store.Maintenance.Follower?.Status;

    /// <summary>What opening found on the disk.</summary>
    public KvRecoveryReport RecoveryReport => _store.RecoveryReport;

    /// <summary>Entries whose keys are not UTF-8. They come from Go, are kept and written back, and no string reaches them.</summary>
    public int OpaqueKeyCount => Engine.Pipeline.Table.OpaqueCount;

    /// <summary>The number of the last commit.</summary>
    internal ulong LastSequence => Engine.Pipeline.Sequence;

    /// <summary>The entries in memory, expired ones that were not swept yet included.</summary>
    internal int EntriesInMemory => Engine.Pipeline.Table.Count;

    /// <summary>Whether a transaction is open, so that commits are noted for it.</summary>
    internal bool KeepsTransactionLog => Engine.Pipeline.TransactionLog.IsKept;

    /// <summary>The tags of all entries, as the index has them, which is built when it is not there yet.</summary>
    internal int TagIndexKeys => Engine.Pipeline.EnsureTagIndex().Enumerate([]).Count();

    /// <summary>Those who watch with an enumeration at this moment.</summary>
    internal int WatcherCount => Engine.Pipeline.Feed.SubscriptionCount;

    /// <summary>The change tokens that have not changed, those included that nobody holds and that are not forgotten yet.</summary>
    internal int ChangeTokenCount => Engine.Pipeline.Feed.TokenCount;

    /// <inheritdoc cref="JournalFollower.Followed"/>
    internal Action? Followed
    {
        set => _store.Maintenance.Follower!.Followed = value;
    }

    /// <summary>Looks once at the directory that is followed, instead of waiting for the next look that is due.</summary>
    internal void FollowNow() => _store.Maintenance.Follower!.Look();

    /// <summary>Opens the store in a directory, which is created when it is missing.</summary>
    /// <param name="path">The directory; null for a memory-only store.</param>
    /// <returns>The open store.</returns>
    /// <inheritdoc cref="Open(SnapshotKvOptions)"/>
    public static KvStore Open(string? path) => Open(path, new SnapshotKvOptions());

    /// <summary>Opens a store.</summary>
    /// <param name="options">The settings, which are copied.</param>
    /// <returns>The open store.</returns>
    /// <exception cref="ArgumentException">Settings are out of range; all of them are named.</exception>
    /// <exception cref="KvStoreLockedException">Another store, in this process or another, has the directory open.</exception>
    /// <exception cref="KvStoreUnavailableException">The directory cannot be written; the message says what to do.</exception>
    /// <exception cref="KvStoreCorruptedException">There are snapshots, and none of them can be read; or the newest is larger than <see cref="SnapshotKvOptions.MaxSnapshotBytes"/>.</exception>
    /// <exception cref="KvSerializationException">The directory is of the other format, and values in it have no form in this one.</exception>
    public static KvStore Open(SnapshotKvOptions options) => Open(options, StoreEnvironment.Default);

    /// <summary>Opens the store in a directory, which is created when it is missing.</summary>
    /// <param name="path">The directory, which counts instead of the options' own; null for a memory-only store.</param>
    /// <param name="options">The other settings, which are copied and never written to.</param>
    /// <returns>The open store.</returns>
    /// <inheritdoc cref="Open(SnapshotKvOptions)"/>
    public static KvStore Open(string? path, SnapshotKvOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var copy = options.Copy();
        copy.Path = path;
        return Open(copy);
    }

    /// <summary>Opens a store without keeping the caller's thread.</summary>
    /// <param name="options">The settings, which are copied.</param>
    /// <param name="cancellationToken">Given up between the entries of a snapshot; nothing stays open then.</param>
    /// <returns>The open store.</returns>
    /// <inheritdoc cref="Open(SnapshotKvOptions)"/>
    public static Task<KvStore> OpenAsync(SnapshotKvOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var copy = options.Copy();
        return Task.Run(() => Open(copy, StoreEnvironment.Default, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Opens a store that several in this process use: the first call opens the directory, each further one gives another handle on it, however the
    /// path is spelled. The store is closed with the last handle.
    /// </summary>
    /// <param name="options">
    /// The settings, which are copied. What is set explicitly in them counts for all handles; what is not yields to those that set it. Clock,
    /// log, meter and name count from the first handle that brings them, and what was to be logged before is kept until then. <see cref="SnapshotKvOptions.Serializer"/>,
    /// <see cref="SnapshotKvOptions.TypeInfoResolver"/> and <see cref="SnapshotKvOptions.MaxValueBytes"/> are each handle's own. Without a path it is a
    /// memory-only store that nobody shares.
    /// </param>
    /// <param name="owner">Who opens it, for messages: for instance the call that registered it.</param>
    /// <returns>
    /// A store of its own to whoever holds it: after its disposal it, and its partitions, throw <see cref="ObjectDisposedException"/>, while others go on. Each
    /// disposal saves what is not saved.
    /// </returns>
    /// <exception cref="ArgumentException">Settings are out of range; all of them are named.</exception>
    /// <exception cref="KvStoreSettingsException">The directory is open with settings that these contradict; both are spelled out.</exception>
    /// <exception cref="KvStoreLockedException">Another process has the directory open, or this one has it by <see cref="Open(SnapshotKvOptions)"/>.</exception>
    /// <inheritdoc cref="Open(SnapshotKvOptions)"/>
    public static KvStore OpenShared(SnapshotKvOptions options, string owner) => OpenShared(options, owner, StoreEnvironment.Default);

    internal static KvStore OpenShared(SnapshotKvOptions options, string owner, StoreEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(owner);
        if (options.Path is null)
        {
            return Open(options, environment);
        }

        ThrowIfOutOfRange(options);
        var (store, handle) = SharedStores.Open(options.Copy(), environment, owner);
        return new(store, handle);
    }

    internal static KvStore Open(SnapshotKvOptions options, StoreEnvironment environment, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ThrowIfOutOfRange(options);
        var settings = options.Copy();
        var store = OpenStore.Open(settings, environment, location: null, cancellationToken);
        return new(store, store.Attach(settings, nameof(Open)));
    }

    private static void ThrowIfOutOfRange(SnapshotKvOptions options)
    {
        if (options.GetErrors() is { Count: > 0 } errors)
        {
            throw new ArgumentException("The store's settings are out of range: " + string.Join(' ', errors), nameof(options));
        }
    }
}
