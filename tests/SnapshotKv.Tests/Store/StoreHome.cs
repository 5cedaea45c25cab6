using SnapshotKv.Engine;
using SnapshotKv.Journal;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Blobs;

namespace SnapshotKv.Tests.Store;

/// <summary>Where a store lives in a test: a disk in memory that can fail, a clock that stands still, background work that runs at once.</summary>
internal sealed class StoreHome
{
    public const string Path = "/data";

    public StoreHome(InMemoryFileSystem? disk = null, ManualTimeProvider? clock = null)
    {
        Disk = disk ?? new InMemoryFileSystem();
        Files = new FaultInjectingFileSystem(Disk);
        Clock = clock ?? new ManualTimeProvider();
    }

    public InMemoryFileSystem Disk { get; }

    public FaultInjectingFileSystem Files { get; }

    public ManualTimeProvider Clock { get; }

    public CollectingLogger Log { get; } = new();

    /// <summary>The level that stores are opened at: snapshots only, unless a test is about the journal.</summary>
    public KvDurability Durability { get; init; }

    /// <summary>How large the journal's segments are made.</summary>
    public SegmentSizes SegmentSizes { get; init; } = SegmentSizes.Default;

    public IWorkScheduler Scheduler { get; set; } = new InlineScheduler();

    /// <summary>From which sizes on a store with a journal is saved by another rule than the debounce.</summary>
    public SaveCadence Cadence { get; init; } = SaveCadence.Default;

    /// <summary>Opens the store; <paramref name="change"/> has the last word on the settings.</summary>
    public KvStore Open(Action<SnapshotKvOptions>? change = null)
    {
        var options = new SnapshotKvOptions { Path = Path, TimeProvider = Clock, LoggerFactory = Log, Durability = Durability };
        change?.Invoke(options);
        return KvStore.Open(options, new StoreEnvironment(Files, Scheduler) { SegmentSizes = SegmentSizes, Cadence = Cadence });
    }

    /// <summary>Opens a handle on the store that others may share; <paramref name="change"/> has the last word on the settings, of which only the path is set.</summary>
    public KvStore OpenShared(Action<SnapshotKvOptions>? change = null, string owner = "test")
    {
        var options = new SnapshotKvOptions { Path = Path };
        change?.Invoke(options);
        return KvStore.OpenShared(options, owner, new StoreEnvironment(Files, Scheduler) { SegmentSizes = SegmentSizes, Cadence = Cadence });
    }

    public IReadOnlyList<string> Snapshots() => Names("snapshots");

    public IReadOnlyList<string> Names(string directory) => Disk.DirectoryExists($"{Path}/{directory}")
        ? [.. Disk.List($"{Path}/{directory}").Select(entry => entry.Name).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>The files below the blobs' directory, as <c>SSS/name</c>.</summary>
    public IReadOnlyList<string> BlobFiles() => BlobHome.Tree(Disk);

    public byte[] ReadFile(string relativePath)
    {
        using var file = Disk.OpenRead($"{Path}/{relativePath}");
        var bytes = new byte[file.Length];
        file.Read(bytes, 0).ShouldBe(bytes.Length);
        return bytes;
    }

    public void WriteFile(string relativePath, byte[] bytes)
    {
        var path = $"{Path}/{relativePath}";
        Disk.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        Disk.Delete(path);
        using (var file = Disk.CreateNew(path))
        {
            file.Write(bytes, 0);
            file.Flush();
        }

        Disk.FlushDirectory(System.IO.Path.GetDirectoryName(path)!);
    }
}
