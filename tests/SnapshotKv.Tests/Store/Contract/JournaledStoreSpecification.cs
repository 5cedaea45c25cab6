using System.Buffers;
using SnapshotKv.Journal;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Store.Contract;

/// <summary>What a store with a journal promises: everything, and that what a test has left is there after a crash, versions included.</summary>
public abstract class JournaledStoreSpecification : ExpiringKvStoreSpecification
{
    private static readonly SegmentSizes Segments = new(16 << 10, 16 << 10);

    private StoreHome? _home;
    private KvStore? _opened;

    /// <summary>What writes survive.</summary>
    protected abstract KvDurability Level { get; }

    public override void Dispose()
    {
        if (_home is not null)
        {
            CompareAfterCrash(_home, _opened!);
            _opened!.Dispose();
        }

        base.Dispose();
    }

    protected override IKvStore Open()
    {
        _home = new StoreHome(clock: Clock) { Durability = Level, SegmentSizes = Segments };

        // A snapshot has one version for all that it holds, and the journal has each entry's own.
        return _opened = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
    }

    private void CompareAfterCrash(StoreHome home, KvStore before)
    {
        var image = home.Disk.CrashImage(Level == KvDurability.Disk ? CrashKind.PowerCutLosingAll : CrashKind.ProcessKilled);
        using var after = new StoreHome(image, Clock) { Durability = Level, SegmentSizes = Segments }.Open(options => options.Recovery = KvRecoveryMode.Strict);
        after.GetKeys().ShouldBe(before.GetKeys());
        foreach (var key in before.GetKeys())
        {
            before.TryGetInfo(key, out var expected).ShouldBeTrue();
            after.TryGetInfo(key, out var found).ShouldBeTrue();
            found.Version.ShouldBe(expected.Version, key);
            found.Tags.ShouldBe(expected.Tags, key);
            found.SlidingExpiration.ShouldBe(expected.SlidingExpiration, key);

            // A slide of the last second may be lost.
            if (expected.SlidingExpiration is null)
            {
                found.ExpiresAt.ShouldBe(expected.ExpiresAt, key);
            }

            Encoded(after, key).ShouldBe(Encoded(before, key), key);
        }
    }

    private static byte[] Encoded(KvStore store, string key)
    {
        var value = new ArrayBufferWriter<byte>();
        store.TryReadEncoded(key, value, out _).ShouldBeTrue(key);
        return value.WrittenSpan.ToArray();
    }
}
