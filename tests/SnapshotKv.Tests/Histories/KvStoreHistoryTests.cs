using SnapshotKv.Tests.Histories.Operations;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Histories;

/// <summary>Four threads with six operations each over three keys: every history that a store lets happen must be linearizable.</summary>
public sealed class KvStoreHistoryTests
{
    private const int Histories = 2_000;
    private const int HistoriesAtATime = 100;

    /// <summary>These are on disks in memory, and each restore saves twice.</summary>
    private const int HistoriesWithRestores = 100;

    /// <summary>More histories are recorded, where threads seldom meet, until so many pairs of operations ran at the same time, or there are so many histories.</summary>
    private const int WantedOverlaps = 20_000;
    private const int MostHistories = 20_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Operations_OfSeveralThreads_AreLinearizable(bool hasIndex)
    {
        FindFault(hasIndex, HistoryOperations.All, dawdles: true, out var overlaps).ShouldBeNull();
        overlaps.ShouldBePositive("no two operations ever ran at the same time, so nothing was shown");
    }

    /// <summary>Reads as close behind each other as can be, for the short while in which a commit of several keys is half carried out.</summary>
    [Fact]
    public void ReadsBesideBatches_WithoutPause_AreLinearizable()
    {
        (int, Func<Random, HistoryOperation>)[] kinds = [(4, GetOperation.Draw), (1, BatchOperation.Draw)];
        FindFault(hasIndex: false, kinds, dawdles: false, out _).ShouldBeNull();
    }

    /// <summary>Restores while everything else goes on, and again beside reads of values and versions alone, as close behind each other as can be.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Operations_BesideRestores_AreLinearizable(bool isAll)
    {
        (int, Func<Random, HistoryOperation>) restore = (3, RestoreOperation.Draw);
        IReadOnlyList<(int, Func<Random, HistoryOperation>)> kinds = isAll ? [.. HistoryOperations.All, restore] : [(10, GetVersionOperation.Draw), (3, TryUpdateOperation.Draw), restore];
        FindFault(hasIndex: false, kinds, dawdles: isAll, out var overlaps, HistoriesWithRestores, static () => HistorySnapshot.Open(new StoreHome { Durability = KvDurability.Process }, new YieldingTimeProvider())).ShouldBeNull();
        overlaps.ShouldBePositive("no two operations ever ran at the same time, so nothing was shown");
    }

    /// <summary>The recorder and the checker together find what a careless store would do.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Operations_ThatAreNotAtomic_AreFound(bool tornBatch)
    {
        (int, Func<Random, HistoryOperation>)[] kinds =
        [
            (2, GetOperation.Draw),
            (1, SetOperation.Draw),
            (2, random => tornBatch ? new TornBatchOperation(BatchOperation.Draw(random)) : new RacyIncrementOperation(HistoryKeys.Draw(random))),
        ];
        FindFault(hasIndex: false, kinds, dawdles: true, out _).ShouldNotBeNull().ShouldContain("Not linearizable");
    }

    private static string? FindFault(bool hasIndex, IReadOnlyList<(int, Func<Random, HistoryOperation>)> kinds, bool dawdles, out int overlaps) =>
        FindFault(hasIndex, kinds, dawdles, out overlaps, MostHistories, static () => KvStore.Open(new SnapshotKvOptions { TimeProvider = new YieldingTimeProvider() }));

    private static string? FindFault(
        bool hasIndex, IReadOnlyList<(int, Func<Random, HistoryOperation>)> kinds, bool dawdles, out int overlaps, int most, Func<KvStore> open)
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        overlaps = 0;
        var done = 0;
        for (; done < Math.Min(Histories, most) || (done < most && overlaps < WantedOverlaps); done += HistoriesAtATime)
        {
            var stores = Enumerable.Range(0, HistoriesAtATime).Select(_ => open()).ToList();
            if (hasIndex)
            {
                stores.ForEach(store => store.Count().ShouldBe(0));
            }

            var histories = HistoryRecorder.Record(stores, seed + done, random => HistoryOperations.Draw(kinds, random), dawdles);
            stores.ForEach(store => store.Dispose());
            foreach (var (index, history) in histories.Index())
            {
                overlaps += history.Overlaps;
                if (LinearizabilityChecker.Explain(history) is { } fault)
                {
                    return $"Seed {seed + done + index}: {fault}";
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{done} histories with {overlaps} pairs of operations at the same time");
        return null;
    }
}
