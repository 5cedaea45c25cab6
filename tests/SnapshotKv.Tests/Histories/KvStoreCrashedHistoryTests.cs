using SnapshotKv.Tests.Histories.Operations;

namespace SnapshotKv.Tests.Histories;

/// <summary>
/// Four threads with six operations each over three keys, and the end of the process in their midst: with what is found afterwards as its last look, each
/// history must be linearizable. Where there is a journal, that look comes no earlier than the crash.
/// </summary>
public sealed class KvStoreCrashedHistoryTests
{
    private const int Histories = 2_000;
    private const int HistoriesAtATime = 50;

    /// <summary>Of so many batches one has restores, which take more time than all the rest.</summary>
    private const int BatchesPerRestores = 40;

    private static readonly IReadOnlyList<(int Weight, Func<Random, HistoryOperation> Draw)> WithRestores = [.. HistoryOperations.All, (3, RestoreOperation.Draw)];

    [Theory]
    [InlineData(KvDurability.Snapshot)]
    [InlineData(KvDurability.Process)]
    [InlineData(KvDurability.Disk)]
    public void Crash_WhileThreadsWork_LeavesALinearizableHistory(KvDurability level)
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var amidst = 0;
        for (var done = 0; done < Histories; done += HistoriesAtATime)
        {
            var hasRestores = done / HistoriesAtATime % BatchesPerRestores == 0;
            var crashes = Enumerable.Range(seed + done, HistoriesAtATime).Select(each => new HistoryCrash(level, each, hasRestores)).ToList();
            var histories = HistoryRecorder.Record(crashes, seed + done, random => HistoryOperations.Draw(hasRestores ? WithRestores : HistoryOperations.All, random));
            foreach (var (index, (crash, history)) in crashes.Zip(histories).Index())
            {
                var crashed = crash.Reopen(history, out var isAmidst);
                crash.Dispose();
                amidst += isAmidst ? 1 : 0;
                LinearizabilityChecker.Explain(crashed).ShouldBeNull($"level {level}, seed {seed + done + index}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{Histories} histories at level {level}, {amidst} of them with operations in flight at the crash");
        amidst.ShouldBeGreaterThan(Histories / 10);
    }

    /// <summary>The test of the test: what is lost is missed.</summary>
    [Fact]
    public void Crash_BehindWhichACommitIsMissing_IsFound()
    {
        HistoryEvent[] events =
        [
            new(1, 1, 2, new SetOperation("k:a", 1), HistoryAnswer.Done),
            new(1, 3, 4, new SetOperation("k:b", 2), HistoryAnswer.Done),
            new(1, 5, HistoryEvent.Never, new BatchOperation([("k:a", 3), ("other", 3)]), new("done", 3, 0)),
        ];
        Reopened(6, "k:a=1, k:b=2, no other").ShouldBeNull();
        Reopened(6, "k:a=3, k:b=2, other=3").ShouldBeNull("what was under way may be there");
        Reopened(6, "k:a=1, k:b=2, other=3").ShouldNotBeNull("half of what was under way is there");
        Reopened(6, "k:a=1, no k:b, no other").ShouldNotBeNull("an acknowledged commit is lost");
        Reopened(3, "k:a=1, no k:b, no other").ShouldBeNull("without a journal the last save counts");
        Reopened(3, "no k:a, k:b=2, no other").ShouldNotBeNull("one commit is there, and the one before it is not");

        string? Reopened(long since, string answer) => LinearizabilityChecker.Explain(new History([.. events, new(4, since, 7, new ReopenOperation(), answer)]));
    }
}
