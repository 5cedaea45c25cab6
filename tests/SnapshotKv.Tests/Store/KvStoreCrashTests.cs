using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Store;

/// <summary>The machine or the disk fails at every single operation of opening, saving, pruning and closing.</summary>
public sealed class KvStoreCrashTests
{
    private const int Generations = 4;

    public static TheoryData<string> Crashes() => [.. Enum.GetNames<CrashKind>()];

    [Theory]
    [MemberData(nameof(Crashes))]
    public void Crash_AtEveryOperation_KeepsTheLastSavedGenerationOrANewerOne(string kind)
    {
        var crash = Enum.Parse<CrashKind>(kind);
        var operations = CountOperations();
        operations.ShouldBeGreaterThan(30);
        for (var cut = 1; cut <= operations; cut++)
        {
            var home = new StoreHome();
            InMemoryFileSystem? image = null;
            var saved = 0;
            var savedAtCrash = 0;
            home.Files.Before(cut, () =>
            {
                image = home.Disk.CrashImage(crash, seed: cut);
                savedAtCrash = saved;
            });
            Live(home, generation => saved = generation);

            var after = new StoreHome(image.ShouldNotBeNull($"operation {cut} took place"));
            using var store = after.Open(options => options.MaxSnapshots = 2);
            var found = store.TryGet<int>("generation", out var generation) ? generation : 0;
            found.ShouldBeInRange(savedAtCrash, Generations, $"{crash} before operation {cut}");
            CheckWhole(store, found);
            store.RecoveryReport.FellBack.ShouldBeFalse($"{crash} before operation {cut}: a save never leaves a damaged file under a snapshot's name");
        }
    }

    [Theory]
    [InlineData("nospace")]
    [InlineData("io")]
    [InlineData("denied")]
    public void Fault_AtEveryOperation_IsReportedAndNothingSavedIsLost(string kind)
    {
        var fault = kind switch
        {
            "nospace" => FileFault.NoSpace.AfterWriting(7),
            "io" => FileFault.InputOutput,
            _ => FileFault.AccessDenied,
        };
        var operations = CountOperations();
        for (var number = 1; number <= operations; number++)
        {
            var home = new StoreHome();
            home.Files.FailAt(number, fault);
            var saved = 0;
            try
            {
                Live(home, generation => saved = generation);
            }
            catch (KvStoreException exception)
            {
                exception.ShouldBeOfType<KvStoreUnavailableException>($"operation {number}").Message.ShouldContain("/data");
            }

            home.Files.Heal();
            using var store = home.Open();
            var found = store.TryGet<int>("generation", out var generation) ? generation : 0;
            found.ShouldBeInRange(saved, Generations, $"{kind} at operation {number}");
            CheckWhole(store, found);
        }
    }

    [Fact]
    public void FaultFromSomeOperationOn_DiskGoneForGood_MemoryGoesOnAndClosingSaysSo()
    {
        var home = new StoreHome();
        var store = home.Open();
        store.Set("k", 1);
        store.Save();
        home.Files.FailFrom(home.Files.OperationCount + 1, FileFault.InputOutput);

        store.Set("k", 2);
        store.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(2);
        Should.Throw<KvStoreUnavailableException>(() => store.Save());
        Should.Throw<KvStoreUnavailableException>(() => store.ListSnapshots());
        Should.Throw<KvStoreUnavailableException>(store.Dispose);
    }

    private static int CountOperations()
    {
        var home = new StoreHome();
        Live(home, _ => { });
        return home.Files.OperationCount;
    }

    /// <summary>Opens, saves some generations, closes, opens again and saves once more by closing.</summary>
    private static void Live(StoreHome home, Action<int> onSaved)
    {
        using (var store = home.Open(options => options.MaxSnapshots = 2))
        {
            for (var generation = 1; generation < Generations; generation++)
            {
                Write(store, generation);
                store.Save();
                onSaved(generation);
            }
        }

        using (var store = home.Open(options => options.MaxSnapshots = 2))
        {
            Write(store, Generations);
        }

        onSaved(Generations);
    }

    private static void Write(KvStore store, int generation)
    {
        var batch = new KvBatch();
        for (var i = 0; i < 20; i++)
        {
            batch.SetBytes($"key-{i}", [(byte)generation]);
        }

        store.Commit(batch);
        store.Set("generation", generation);
    }

    private static void CheckWhole(KvStore store, int generation)
    {
        store.Count().ShouldBe(generation == 0 ? 0 : 21);
        for (var i = 0; generation > 0 && i < 20; i++)
        {
            store.TryGetBytes($"key-{i}", out var value).ShouldBeTrue();
            value.ShouldBe([(byte)generation]);
        }
    }
}
