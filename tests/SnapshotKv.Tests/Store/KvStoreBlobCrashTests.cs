using SnapshotKv.Testing;
using SnapshotKv.Tests.Blobs;

namespace SnapshotKv.Tests.Store;

/// <summary>The machine or the disk fails at every single operation of a life with blobs.</summary>
public sealed class KvStoreBlobCrashTests
{
    private const int LeastOperations = 200;

    public static TheoryData<string> Crashes() => [.. Enum.GetNames<CrashKind>()];

    [Theory]
    [MemberData(nameof(Crashes))]
    public void Crash_AtEveryOperation_EverySnapshotHasAllItsBlobs(string kind)
    {
        var crash = Enum.Parse<CrashKind>(kind);
        var mostGenerations = 0;
        for (var cut = 1; ; cut++)
        {
            var what = $"{crash} before operation {cut}";
            var home = new StoreHome();
            var workload = new BlobWorkload();
            InMemoryFileSystem? image = null;
            var savedAtCrash = 0;
            home.Files.Before(cut, () =>
            {
                image = home.Disk.CrashImage(crash, seed: cut);
                savedAtCrash = workload.Saved;
            });
            Live(home, workload);
            workload.Failures.ShouldBeEmpty();
            if (image is null)
            {
                // Ids are random, and two that share a directory save some operations: how many there are is known only now.
                cut.ShouldBeGreaterThan(LeastOperations);
                mostGenerations.ShouldBeGreaterThanOrEqualTo(2, "older snapshots were looked at, too");
                return;
            }

            var after = new StoreHome(image, home.Clock);
            mostGenerations = Math.Max(mostGenerations, CheckOpening(after, workload, savedAtCrash, what));
            CheckNothingIsLeft(after, what);
        }
    }

    [Theory]
    [InlineData("nospace")]
    [InlineData("io")]
    [InlineData("denied")]
    [InlineData("after the fact")]
    public void Fault_AtEveryOperation_StepFailsWholeOrNotAtAll_AndTheStoreGoesOn(string kind)
    {
        var fault = kind switch
        {
            "nospace" => FileFault.NoSpace.AfterWriting(7),
            "io" => FileFault.InputOutput.LosingUnflushed(),
            "denied" => FileFault.AccessDenied,
            _ => FileFault.InputOutput.AfterTheFact(),
        };
        var (first, last) = OperationsOfTheFirstSession();
        for (var number = first; number <= last; number++)
        {
            var what = $"{kind} at operation {number}";
            var home = new StoreHome();
            var workload = new BlobWorkload();
            using (var store = Open(home))
            {
                home.Files.FailAt(number, fault);
                workload.FirstSession(store);
                home.Files.Heal();
                BlobWorkload.Check(store, workload.Now, what);
                store.Save();
            }

            workload.Failures.ShouldAllBe(failure => failure is KvStoreUnavailableException, what);
            using (var store = Open(home))
            {
                BlobWorkload.Check(store, workload.Now, what);
                workload.SecondSession(store);
                BlobWorkload.Check(store, workload.Now, what);
            }

            CheckNothingIsLeft(home, what);
        }
    }

    /// <returns>How many generations there were to be gone back to.</returns>
    private static int CheckOpening(StoreHome home, BlobWorkload workload, int savedAtCrash, string what)
    {
        // One more is kept than in the life before, so that none is deleted before it was looked at.
        using (var store = home.Open(options => (options.MaxSnapshots, options.SaveDebounce) = (3, Timeout.InfiniteTimeSpan)))
        {
            store.RecoveryReport.FellBack.ShouldBeFalse(what);
            CheckGeneration(store, workload, savedAtCrash, what);

            // What collecting leaves must be whole, too.
            store.Set("another", 1);
            store.Remove("another");
            store.Save();
        }

        var generations = new HashSet<int>();
        foreach (var snapshot in home.Snapshots())
        {
            using var older = new StoreHome(BlobImages.WithOnly(home.Disk, snapshot), home.Clock).Open();
            generations.Add(CheckGeneration(older, workload, 0, $"{what}, {snapshot}"));
        }

        return generations.Count;
    }

    private static int CheckGeneration(KvStore store, BlobWorkload workload, int least, string what)
    {
        var generation = store.TryGet<int>("generation", out var found) ? found : 0;
        generation.ShouldBeInRange(least, workload.Generations.Count - 1, what);
        BlobWorkload.Check(store, workload.Generations[generation], what);
        return generation;
    }

    /// <summary>With one snapshot kept, the files are exactly those that its entries refer to.</summary>
    private static void CheckNothingIsLeft(StoreHome home, string what)
    {
        for (var turn = 0; turn < 2; turn++)
        {
            using var store = home.Open(options => options.MaxSnapshots = 1);
            store.Set("turn", turn);
        }

        home.Open().Dispose();
        var wanted = BlobImages.ReferencesIn(home.Disk, home.Snapshots().ShouldHaveSingleItem()).Select(BlobHome.NameOf);
        home.BlobFiles().ShouldBe(wanted, ignoreOrder: true, what);
    }

    private static (int First, int Last) OperationsOfTheFirstSession()
    {
        var home = new StoreHome();
        using var store = Open(home);
        var opening = home.Files.OperationCount;
        new BlobWorkload().FirstSession(store);
        return (opening + 1, home.Files.OperationCount);
    }

    private static void Live(StoreHome home, BlobWorkload workload)
    {
        using (var store = Open(home))
        {
            workload.FirstSession(store);
        }

        using (var store = Open(home))
        {
            workload.SecondSession(store);
        }
    }

    private static KvStore Open(StoreHome home) => home.Open(options => (options.MaxSnapshots, options.SaveDebounce) = (2, Timeout.InfiniteTimeSpan));
}
