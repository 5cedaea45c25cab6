using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Crashes;

/// <summary>Opens what a crash has left and looks whether it is what it must be, and whether the store can go on from there.</summary>
/// <param name="oracle">What may be found.</param>
/// <param name="pins">What is pinned.</param>
/// <param name="floors">The same at the moment of the crash.</param>
/// <param name="level">The store's level.</param>
/// <param name="now">The time of the opening.</param>
internal sealed class CrashCheck(CrashOracle oracle, CrashPins pins, CrashFloors floors, KvDurability level, DateTimeOffset now)
{
    private const string First = "after the crash", Second = "after the crash, on disk";

    /// <summary>Checks one way in which the crash can go.</summary>
    /// <returns>What is wrong; null for nothing.</returns>
    public string? FindFault(InMemoryFileSystem image, CrashVariant variant)
    {
        try
        {
            return Run(image, variant);
        }
        catch (Exception exception)
        {
            return exception.ToString();
        }
    }

    private string? Run(InMemoryFileSystem image, CrashVariant variant)
    {
        var home = NewHome(image);
        FoundState found;
        using (var store = Open(home, variant))
        {
            found = FoundState.In(store);
            if (oracle.Find(found, floors, variant.IsCut, now, out _) is { } fault)
            {
                return fault;
            }

            // A crash damages nothing: there is nothing to fall back from, to set aside or to refuse.
            if (store.RecoveryReport.FellBack || home.Names("quarantine").Count > 0)
            {
                return $"The opening took it for damage: {string.Join("; ", store.RecoveryReport.Problems)}; {string.Join(", ", home.Names("quarantine"))}";
            }

            if ((pins.Find(store) ?? GoOn(store)) is { } wrong)
            {
                return wrong;
            }

            if (variant.Sequel != CrashSequel.Close)
            {
                home = NewHome(home.Disk.CrashImage(variant.Sequel == CrashSequel.Kill ? CrashKind.ProcessKilled : CrashKind.PowerCutLosingAll));
            }
        }

        return Reopen(home, variant, found);
    }

    /// <summary>The store takes writes, and gives them numbers that nobody has seen.</summary>
    private string? GoOn(KvStore store)
    {
        store.SetBytes(First, [1]);
        store.TryGetInfo(First, out var info);
        if ((ulong)info.Version <= floors.HighestNumber)
        {
            return $"Number {info.Version} is given again; {floors.HighestNumber} was seen before the crash.";
        }

        store.SetBytes(Second, [2], new KvEntryOptions { Durability = KvDurability.Disk });
        return null;
    }

    /// <summary>And holds them, with all that was found, when it is opened once more.</summary>
    private string? Reopen(StoreHome home, CrashVariant variant, FoundState before)
    {
        using var store = Open(home, variant);
        var after = FoundState.In(store);
        if (!after.Entries.Remove(First) || !after.Entries.Remove(Second))
        {
            return $"What was written after the crash is gone after {variant.Sequel}: {string.Join(", ", store.GetKeys())}";
        }

        return before.Compare(after) is { } difference ? $"After the crash, writes and {variant.Sequel}, {difference}." : pins.Find(store);
    }

    private StoreHome NewHome(InMemoryFileSystem disk) => new(disk, new ManualTimeProvider(now)) { Durability = level, SegmentSizes = CrashLife.SegmentSizes };

    private static KvStore Open(StoreHome home, CrashVariant variant) => home.Open(options =>
    {
        CrashLife.Configure(options);
        options.Recovery = variant.Recovery;
    });
}
