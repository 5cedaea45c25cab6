using SnapshotKv.Tests.Histories.Operations;

namespace SnapshotKv.Tests.Histories;

/// <summary>Four threads with six operations each over three keys: every history that a store lets happen must be linearizable.</summary>
public sealed class KvStoreHistoryTests
{
    private const int Histories = 2_000;
    private const int HistoriesAtATime = 100;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Operations_OfSeveralThreads_AreLinearizable(bool hasIndex)
    {
        var overlaps = 0;
        FindFault(Histories, hasIndex, random => HistoryOperations.Draw(HistoryOperations.All, random), ref overlaps).ShouldBeNull();
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
        var overlaps = 0;
        FindFault(Histories * 10, hasIndex: false, random => HistoryOperations.Draw(kinds, random), ref overlaps).ShouldNotBeNull().ShouldContain("Not linearizable");
    }

    private static string? FindFault(int count, bool hasIndex, Func<Random, HistoryOperation> draw, ref int overlaps)
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        for (var done = 0; done < count; done += HistoriesAtATime)
        {
            var stores = Enumerable.Range(0, HistoriesAtATime).Select(_ => KvStore.Open((string?)null)).ToList();
            if (hasIndex)
            {
                stores.ForEach(store => store.Count().ShouldBe(0));
            }

            var histories = HistoryRecorder.Record(stores, seed + done, draw);
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

        TestContext.Current.TestOutputHelper?.WriteLine($"{count} histories with {overlaps} pairs of operations at the same time");
        return null;
    }
}
