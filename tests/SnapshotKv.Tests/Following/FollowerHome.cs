using System.Buffers;
using System.Globalization;
using System.Text;
using SnapshotKv.Engine;
using SnapshotKv.Journal;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Following;

/// <summary>A directory in memory with an owner and a follower, as in two processes: each sees it through a file system of its own, and the follower looks when it is told to.</summary>
internal sealed class FollowerHome
{
    public FollowerHome(KvDurability durability = KvDurability.Process, SegmentSizes? segments = null, InMemoryFileSystem? disk = null)
    {
        Owner = new StoreHome(disk) { Durability = durability, SegmentSizes = segments ?? SegmentSizes.Default };
        Disk = new SwitchedFileSystem(Owner.Disk);
        Files = new FaultInjectingFileSystem(Disk);
    }

    /// <summary>Where the owner lives.</summary>
    public StoreHome Owner { get; }

    /// <summary>The disk as the follower sees it.</summary>
    public SwitchedFileSystem Disk { get; }

    /// <summary>Everything that the follower does on it.</summary>
    public FaultInjectingFileSystem Files { get; }

    public ManualTimeProvider Clock { get; } = new();

    public CollectingLogger Log { get; } = new();

    /// <summary>Where the follower has its background work done.</summary>
    public IWorkScheduler Scheduler { get; init; } = new InlineScheduler();

    public KvStore OpenOwner(Action<SnapshotKvOptions>? change = null) => Owner.Open(options =>
    {
        options.SaveDebounce = Timeout.InfiniteTimeSpan;
        change?.Invoke(options);
    });

    public KvStore Follow(Action<SnapshotKvOptions>? change = null)
    {
        var options = new SnapshotKvOptions { Path = StoreHome.Path, Mode = KvStoreMode.Follower, TimeProvider = Clock, LoggerFactory = Log };
        change?.Invoke(options);
        return KvStore.Open(options, new StoreEnvironment(Files, Scheduler));
    }

    /// <summary>Fails when the two do not hold the same: keys, values, expiries, tags, blobs; by the clock of each.</summary>
    public static void ShouldBeEqual(KvStore follower, KvStore owner)
    {
        Dump(follower).ShouldBe(Dump(owner));
        follower.Follower!.Problem.ShouldBeNull();
    }

    /// <summary>All that can be read of a store, a line for each key.</summary>
    public static IReadOnlyList<string> Dump(KvStore store) => [.. store.GetKeys().Select(key =>
    {
        var value = new ArrayBufferWriter<byte>();
        store.TryGetInfo(key, out var info);
        store.TryReadEncoded(key, value, out _);
        var blob = info.HasBlob ? Encoding.UTF8.GetString(store.GetBlob(key)) : "none";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{key} = {Convert.ToHexString(value.WrittenSpan)}, expires {info.ExpiresAt:O}, slides {info.SlidingExpiration}, tags {string.Join('+', info.Tags)}, blob {blob}");
    })];
}
