using SnapshotKv.Tests.Histories.Operations;

namespace SnapshotKv.Tests.Histories;

/// <summary>Histories written by hand: those that no store may let happen are refused, and those that only look odd are not.</summary>
public sealed class LinearizabilityCheckerTests
{
    private const string A = "k:a";
    private const string B = "k:b";

    [Fact]
    public void Explain_ReadsAfterWrites_IsLinearizable() => Check(
        (1, 1, 2, new SetOperation(A, 1), "done"),
        (2, 3, 4, new GetOperation(A), 1),
        (1, 5, 6, new RemoveOperation(A), "yes"),
        (2, 7, 8, new GetOperation(A), "none")).ShouldBeNull();

    [Theory]
    [InlineData(null, 1L)]
    [InlineData(null, null)]
    [InlineData(1L, 1L)]
    public void Explain_ReadsWhileAWriteRuns_MaySeeOldThenNew(long? first, long? second) => Check(
        (1, 1, 6, new SetOperation(A, 1), "done"),
        (2, 2, 3, new GetOperation(A), Found(first)),
        (2, 4, 5, new GetOperation(A), Found(second))).ShouldBeNull();

    [Fact]
    public void Explain_NewThenOldWhileAWriteRuns_IsRefused() => Check(
        (1, 1, 6, new SetOperation(A, 1), "done"),
        (2, 2, 3, new GetOperation(A), 1),
        (3, 4, 5, new GetOperation(A), "none")).ShouldNotBeNull();

    [Fact]
    public void Explain_StaleRead_IsRefusedAndExplained()
    {
        var fault = Check(
            (1, 1, 2, new SetOperation(A, 1), "done"),
            (1, 3, 4, new SetOperation(A, 2), "done"),
            (2, 5, 6, new GetOperation(A), 1)).ShouldNotBeNull();

        fault.ShouldContain("thread 2 [  5 ..   6] get k:a -> 1");
        fault.ShouldContain("The longest order found, of 2 operations");
        fault.ShouldContain("k:a=2@2");
    }

    [Fact]
    public void Explain_OverlappingWrites_AreTakenInTheOrderThatReadsTell() => Check(
        (1, 1, 10, new SetOperation(A, 1), "done"),
        (2, 2, 9, new SetOperation(A, 2), "done"),
        (3, 3, 4, new GetOperation(A), 2),
        (3, 5, 6, new GetOperation(A), 1)).ShouldBeNull();

    [Fact]
    public void Explain_TwoReadersSeeOverlappingWritesInDifferentOrder_IsRefused() => Check(
        (1, 1, 10, new SetOperation(A, 1), "done"),
        (2, 2, 9, new SetOperation(A, 2), "done"),
        (3, 3, 4, new GetOperation(A), 2),
        (3, 5, 6, new GetOperation(A), 1),
        (4, 11, 12, new GetOperation(A), 2)).ShouldNotBeNull();

    [Fact]
    public void Explain_LostUpdate_IsRefused() => Check(
        (1, 1, 4, new RacyIncrementOperation(A), 1),
        (2, 2, 3, new RacyIncrementOperation(A), 1)).ShouldNotBeNull();

    [Fact]
    public void Explain_OverlappingUpdates_AreLinearizable() => Check(
        (1, 1, 4, new RacyIncrementOperation(A), 2),
        (2, 2, 3, new RacyIncrementOperation(A), 1)).ShouldBeNull();

    [Fact]
    public void Explain_BatchSeenHalfDone_IsRefused() => Check(
        (1, 1, 6, new BatchOperation([(A, 1), (B, 1)]), Committed(1)),
        (2, 2, 3, new GetOperation(B), 1),
        (2, 4, 5, new GetOperation(A), "none")).ShouldNotBeNull();

    [Fact]
    public void Explain_BatchComesBetweenTwoReads_IsLinearizable() => Check(
        (1, 1, 6, new BatchOperation([(A, 1), (B, 1)]), Committed(1)),
        (2, 2, 3, new GetOperation(A), "none"),
        (2, 4, 5, new GetOperation(B), 1)).ShouldBeNull();

    [Fact]
    public void Explain_TwoRemovesOfOneEntry_BothSayYes_IsRefused() => Check(
        (1, 1, 2, new SetOperation(A, 1), "done"),
        (1, 3, 6, new RemoveOperation(A), "yes"),
        (2, 4, 5, new RemoveOperation(A), "yes")).ShouldNotBeNull();

    [Fact]
    public void Explain_ClearCountsWhatItLeft_IsRefused() => Check(
        (1, 1, 2, new BatchOperation([(A, 1), (B, 1)]), Committed(1)),
        (1, 3, 4, new ClearOperation(), 1),
        (2, 5, 6, new ExistsOperation(A), "no"),
        (2, 7, 8, new ExistsOperation(B), "no")).ShouldNotBeNull();

    [Fact]
    public void Explain_OperationThrew_IsRefused() => Check((1, 1, 2, new SetOperation(A, 1), "threw it up")).ShouldNotBeNull();

    [Fact]
    public void Explain_WriteSkewOfTransactions_IsRefused() => Check(
        (1, 1, 2, new BatchOperation([(A, 1), (B, 1)]), Committed(1)),
        (1, 3, 6, new TransactOperation([A, B], [(A, 0)]), new("read", 1, 1)),
        (2, 4, 5, new TransactOperation([A, B], [(B, 0)]), new("read", 1, 1))).ShouldNotBeNull();

    [Fact]
    public void Explain_OneOfTwoTransactionsMetAConflict_IsLinearizable() => Check(
        (1, 1, 2, new BatchOperation([(A, 1), (B, 1)]), Committed(1)),
        (1, 3, 6, new TransactOperation([A, B], [(A, 0)]), new("read", 1, 1)),
        (2, 4, 5, new TransactOperation([A, B], [(B, 0)]), "conflict"),
        (2, 7, 8, new GetOperation(A), 0),
        (2, 9, 10, new GetOperation(B), 1)).ShouldBeNull();

    [Fact]
    public void Explain_ConflictLeftATrace_IsRefused() => Check(
        (1, 1, 2, new TransactOperation([A, B], [(A, 7)]), "conflict"),
        (1, 3, 4, new GetOperation(A), 7)).ShouldNotBeNull();

    [Fact]
    public void Explain_UpdateAtAStaleVersion_IsRefused() => Check(
        (1, 1, 2, new SetOperation(A, 1), "done"),
        (1, 3, 4, new GetVersionOperation(A), new("found", 1, 1)),
        (2, 5, 6, new SetOperation(A, 2), "done"),
        (1, 7, 8, new TryUpdateOperation(A, 3, Version: 1), new("updated", 3))).ShouldNotBeNull();

    [Fact]
    public void Explain_TwoAddsOfOneKeySucceed_IsRefused() => Check(
        (1, 1, 4, new TryAddOperation(A, 1), "yes"),
        (2, 2, 3, new TryAddOperation(A, 2), "yes")).ShouldNotBeNull();

    private static HistoryAnswer Committed(long version) => new("done", version, 0);

    private static HistoryAnswer Found(long? value) => value ?? HistoryAnswer.None;

    private static string? Check(params (int Thread, long Invoked, long Answered, HistoryOperation Operation, HistoryAnswer Answer)[] events) =>
        LinearizabilityChecker.Explain(new(events.Select(item => new HistoryEvent(item.Thread, item.Invoked, item.Answered, item.Operation, item.Answer))));
}
