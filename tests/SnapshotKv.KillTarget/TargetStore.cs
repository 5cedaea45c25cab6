using SnapshotKv.Engine;
using SnapshotKv.Journal;

namespace SnapshotKv.KillTarget;

/// <summary>The store that is written to: at the default level, with everything so small that a second of writing begins many segments and saves many snapshots.</summary>
internal static class TargetStore
{
    private const long JournalBytes = 1 << 20;

    private static readonly SegmentSizes Segments = new(8 << 10, 64 << 10);

    public static KvStore Open(string directory, int seed) => KvStore.Open(
        new SnapshotKvOptions
        {
            Path = directory,
            MaxJournalBytes = JournalBytes,
            MaxSnapshots = 2,
            SaveDebounce = TimeSpan.FromMilliseconds(100),
            FlushInterval = TimeSpan.FromMilliseconds(20),
            Compression = seed % 2 == 0 ? KvCompression.Gzip : KvCompression.None,
        },
        StoreEnvironment.Default with { SegmentSizes = Segments });
}
