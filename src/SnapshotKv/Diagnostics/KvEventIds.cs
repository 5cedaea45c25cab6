namespace SnapshotKv.Diagnostics;

/// <summary>The event ids of the engine's log messages. They are public facts: none is ever given another meaning.</summary>
internal static class KvEventIds
{
    public const int StoreOpened = 1;
    public const int StoreClosed = 2;
    public const int SnapshotSaved = 10;
    public const int SnapshotSaveFailed = 11;
    public const int SnapshotPruneFailed = 12;
    public const int SaveForLeavingFailed = 13;
    public const int DirectoryMadeAgain = 14;
    public const int SnapshotQuarantined = 20;
    public const int SnapshotFellBack = 21;
    public const int ForeignFilesIgnored = 22;
    public const int SnapshotFromTheFuture = 23;
    public const int SnapshotConverted = 24;
    public const int ExpiredSwept = 30;
    public const int SweepFailed = 31;
    public const int WatcherFailed = 40;
    public const int TransactionAbandoned = 41;
    public const int BlobsCollected = 50;
    public const int BlobsNotCollected = 51;
    public const int BlobsNotDeleted = 52;
    public const int BlobsSwept = 53;
    public const int BlobSweepFailed = 54;
    public const int BlobsHeld = 55;
    public const int JournalFaulted = 60;
    public const int JournalRemoved = 61;
    public const int JournalSegmentsNotDeleted = 62;
    public const int JournalSlidesNotTold = 63;
    public const int JournalUpkeepFailed = 64;
    public const int SnapshotRestored = 65;
    public const int RestoreNotSaved = 66;
    public const int JournalNotBegun = 67;
    public const int JournalReplayed = 70;
    public const int JournalTornTail = 71;
    public const int SegmentQuarantined = 72;
    public const int CommitsLost = 73;
    public const int LossNotAcknowledged = 74;
    public const int GoWroteAfterUs = 75;
    public const int OverruledSegmentsNotDeleted = 76;
    public const int QuarantineBounded = 80;
    public const int QuarantineNotBounded = 81;
    public const int PinnedSnapshotGone = 82;
    public const int HistoryDamaged = 83;
    public const int HistoryNotWritten = 84;
    public const int SnapshotsPruned = 85;
    public const int FollowerOpened = 90;
    public const int FollowerClosed = 91;
    public const int FollowerReloaded = 92;
    public const int FollowerTroubled = 93;
    public const int FollowerRecovered = 94;
    public const int FollowerFailed = 95;
}
