namespace SnapshotKv;

/// <summary>The names under which stores report what they do: the meter with its instruments, the activity source, and the tags of both.</summary>
/// <remarks>
/// The names are public facts: none is ever given another meaning. No key, value or path stands in a tag. What each instrument counts, and in which unit, is
/// told in docs/guides/diagnostics.md.
/// </remarks>
public static class SnapshotKvDiagnostics
{
    /// <summary>The meter of every instrument here, and of the cache's.</summary>
    public const string MeterName = "SnapshotKv";

    /// <summary>The source of every activity here.</summary>
    public const string ActivitySourceName = "SnapshotKv";

    /// <summary>Histogram, <c>s</c>: how long an opening took. Tags: <see cref="StoreTag"/>, <see cref="OutcomeTag"/>, <see cref="ErrorTypeTag"/>.</summary>
    public const string OpenDuration = "snapshotkv.open.duration";

    /// <summary>Histogram, <c>s</c>: how long a save took that wrote a snapshot, or tried to. Tags as of <see cref="OpenDuration"/>.</summary>
    public const string SaveDuration = "snapshotkv.save.duration";

    /// <summary>Histogram, <c>By</c>: the size of the file that a save wrote. Tag: <see cref="StoreTag"/>.</summary>
    public const string SaveSize = "snapshotkv.save.size";

    /// <summary>Gauge, <c>{save}</c>: how many saves in a row failed; 0 after one that succeeded. Tag: <see cref="StoreTag"/>.</summary>
    public const string SaveFailures = "snapshotkv.save.consecutive_failures";

    /// <summary>Histogram, <c>s</c>: how long a restore of a snapshot took, from the asking to its commit; its count is that of the restores. Tags as of <see cref="OpenDuration"/>.</summary>
    public const string RestoreDuration = "snapshotkv.restore.duration";

    /// <summary>Histogram, <c>s</c>: how long a sweep of expired entries took. Tags as of <see cref="OpenDuration"/>.</summary>
    public const string SweepDuration = "snapshotkv.sweep.duration";

    /// <summary>Counter, <c>{entry}</c>: the expired entries that sweeps took out of memory. Tag: <see cref="StoreTag"/>.</summary>
    public const string SweepEntries = "snapshotkv.sweep.entries";

    /// <summary>Up-down counter, <c>{entry}</c>: the entries in memory, expired ones that were not swept yet included. Tag: <see cref="StoreTag"/>.</summary>
    public const string Entries = "snapshotkv.entries";

    /// <summary>Gauge, <c>s</c>: how long the oldest change that no snapshot has waits; 0 when there is none. Tag: <see cref="StoreTag"/>.</summary>
    public const string UnsavedAge = "snapshotkv.unsaved.age";

    /// <summary>Up-down counter, <c>{watcher}</c>: the enumerations of changes that are under way. Tag: <see cref="StoreTag"/>.</summary>
    public const string Watchers = "snapshotkv.watchers";

    /// <summary>Counter, <c>{time}</c>: how often a watcher was too slow, so that changes were dropped and it was told so. Tag: <see cref="StoreTag"/>.</summary>
    public const string WatchersMissed = "snapshotkv.watchers.missed";

    /// <summary>Gauge, <c>{file}</c>: the damaged snapshots and journal segments that opening found. Tag: <see cref="StoreTag"/>.</summary>
    public const string RecoveryProblems = "snapshotkv.recovery.problems";

    /// <summary>Up-down counter, <c>By</c>: what the journal's files take of the disk, <see cref="JournalUnused"/> included. Tag: <see cref="StoreTag"/>; as of all that begin with <c>snapshotkv.journal</c>, only from stores that have one.</summary>
    public const string JournalSize = "snapshotkv.journal.size";

    /// <summary>Up-down counter, <c>By</c>: what of the journal's files was made ready and has no commit yet. Tag: <see cref="StoreTag"/>.</summary>
    public const string JournalUnused = "snapshotkv.journal.unused";

    /// <summary>Counter, <c>{commit}</c>: the commits appended to the journal. Tag: <see cref="StoreTag"/>.</summary>
    public const string JournalCommits = "snapshotkv.journal.commits";

    /// <summary>Counter, <c>By</c>: the bytes appended to the journal. Tag: <see cref="StoreTag"/>.</summary>
    public const string JournalAppended = "snapshotkv.journal.appended";

    /// <summary>Up-down counter, <c>{commit}</c>: the commits in the journal that the device is not known to have: what a power cut now would cost. Tag: <see cref="StoreTag"/>.</summary>
    public const string JournalUnflushed = "snapshotkv.journal.unflushed";

    /// <summary>Counter, <c>{entry}</c>: the moved sliding expiries that the journal was told of. Tag: <see cref="StoreTag"/>.</summary>
    public const string JournalSlides = "snapshotkv.journal.slides";

    /// <summary>Gauge, <c>{fault}</c>: 1 when the device has failed, so that the store takes no more writes until it is opened again; else 0. Tag: <see cref="StoreTag"/>.</summary>
    public const string JournalFaulted = "snapshotkv.journal.faulted";

    /// <summary>Gauge, <c>{refusal}</c>: 1 while writes are refused because the journal finds no room on the disk, which is tried anew each second; else 0. Tag: <see cref="StoreTag"/>.</summary>
    public const string JournalRefusing = "snapshotkv.journal.refusing";

    /// <summary>Histogram, <c>s</c>: how long a flush of the journal to the device took. Tags as of <see cref="OpenDuration"/>.</summary>
    public const string JournalFlushDuration = "snapshotkv.journal.flush.duration";

    /// <summary>Gauge, <c>s</c>: for how long a follower may have been behind its owner. Tag: <see cref="StoreTag"/>; as of all that begin with <c>snapshotkv.follower</c>, only from followers.</summary>
    public const string FollowerLag = "snapshotkv.follower.lag";

    /// <summary>Counter, <c>{commit}</c>: the owner's commits that a follower carried out one by one. Tag: <see cref="StoreTag"/>.</summary>
    public const string FollowerCommits = "snapshotkv.follower.commits";

    /// <summary>Counter, <c>{reload}</c>: how often a follower read everything anew. Tag: <see cref="StoreTag"/>.</summary>
    public const string FollowerReloads = "snapshotkv.follower.reloads";

    /// <summary>Gauge, <c>{problem}</c>: 1 while something stands in a follower's way; else 0. Tag: <see cref="StoreTag"/>.</summary>
    public const string FollowerTroubled = "snapshotkv.follower.troubled";

    /// <summary>Counter, <c>{request}</c>: lookups in the cache of the package SnapshotKv.Extensions. Tags: <see cref="CacheNameTag"/>, <see cref="CacheRequestTypeTag"/>.</summary>
    /// <remarks>This name and its tags are those that .NET gives its own caches, so that one chart shows them all.</remarks>
    public const string CacheRequests = "dotnet.cache.requests";

    /// <summary>Up-down counter, <c>{entry}</c>: the entries of that cache, where its options ask for counting them. Tag: <see cref="CacheNameTag"/>.</summary>
    public const string CacheEntries = "dotnet.cache.entries";

    /// <summary>Activity: a store is opened.</summary>
    public const string OpenActivity = "snapshotkv.open";

    /// <summary>Activity: a snapshot is saved.</summary>
    public const string SaveActivity = "snapshotkv.save";

    /// <summary>Activity: a snapshot is restored, with the saves that belong to it.</summary>
    public const string RestoreActivity = "snapshotkv.restore";

    /// <summary>Activity: expired entries are swept.</summary>
    public const string SweepActivity = "snapshotkv.sweep";

    /// <summary>Activity: the journal is flushed to the device.</summary>
    public const string JournalFlushActivity = "snapshotkv.journal.flush";

    /// <summary>Tag: which store, by <see cref="SnapshotKvOptions.Name"/>.</summary>
    public const string StoreTag = "snapshotkv.store";

    /// <summary>Tag of activities: how many entries were loaded, saved or swept.</summary>
    public const string EntriesTag = "snapshotkv.entries";

    /// <summary>Tag of activities: how many bytes the snapshot has that was loaded or saved.</summary>
    public const string BytesTag = "snapshotkv.bytes";

    /// <summary>Tag of a flush's activity: how many commits the device has got by it.</summary>
    public const string CommitsTag = "snapshotkv.commits";

    /// <summary>Tag: <see cref="Success"/>, <see cref="Failure"/> or <see cref="Canceled"/>.</summary>
    public const string OutcomeTag = "outcome";

    /// <summary>Tag: the full name of the exception's type. Only on failure.</summary>
    public const string ErrorTypeTag = "error.type";

    /// <summary>Tag: which cache, by the name of its store.</summary>
    public const string CacheNameTag = "dotnet.cache.name";

    /// <summary>Tag: <see cref="CacheHit"/> or <see cref="CacheMiss"/>.</summary>
    public const string CacheRequestTypeTag = "dotnet.cache.request.type";

    /// <summary>The <see cref="CacheRequestTypeTag"/> of a lookup that found something.</summary>
    public const string CacheHit = "hit";

    /// <summary>The <see cref="CacheRequestTypeTag"/> of a lookup that found nothing.</summary>
    public const string CacheMiss = "miss";

    /// <summary>The <see cref="OutcomeTag"/> of what was done.</summary>
    public const string Success = "success";

    /// <summary>The <see cref="OutcomeTag"/> of what failed.</summary>
    public const string Failure = "failure";

    /// <summary>The <see cref="OutcomeTag"/> of what its caller gave up by a cancellation token.</summary>
    public const string Canceled = "canceled";
}
