namespace SnapshotKv.Tests.Transactions;

/// <summary>Stores that get transactions wrong are found out, each for what it does wrong.</summary>
public sealed class InterleaverTests
{
    private const string Anomaly = "no serial order of the committed ones reads and leaves the same";
    private const string NotTheStart = "the state at its start and its own writes make that";
    private const string Trace = "the store holds";

    [Theory]
    [InlineData("dirty reads", (int)ReferenceFaults.DirtyReads, NotTheStart)]
    [InlineData("reads of what is committed", (int)ReferenceFaults.ReadsCommitted, NotTheStart)]
    [InlineData("write skew", (int)ReferenceFaults.NoReadCheck, Anomaly)]
    [InlineData("phantoms", (int)ReferenceFaults.NoPrefixCheck, Anomaly)]
    [InlineData("absent keys unchecked", (int)ReferenceFaults.NoAbsentCheck, Anomaly)]
    [InlineData("lost updates", (int)ReferenceFaults.NoCheck, Anomaly)]
    [InlineData("torn commits", (int)ReferenceFaults.TornCommit, Trace)]
    [InlineData("blind to own writes", (int)ReferenceFaults.BlindToOwnWrites, NotTheStart)]
    [InlineData("needless conflicts", (int)ReferenceFaults.NeedlessConflicts, "nobody changed anything that it read or wrote")]
    [InlineData("traces of a conflict", (int)ReferenceFaults.KeepsConflict, Trace)]
    public void FindFault_StoreWithAFault_IsFoundByPairs(string name, int faults, string verdict)
    {
        var found = FindFault((ReferenceFaults)faults, Script.All(2).SelectMany(_ => Script.All(2), (first, second) => new[] { first, second }));

        found.ShouldNotBeNull(name).ShouldContain(verdict);
        TestContext.Current.TestOutputHelper?.WriteLine(found);
    }

    [Fact]
    public void FindFault_RollbackIsKept_IsFound() => FindFault(
        ReferenceFaults.KeepsRollback,
        [[new([new(ScriptStepKind.Set, ScriptStep.A)], ScriptEnd.Rollback), new([new(ScriptStepKind.Get, ScriptStep.B)])]]).ShouldNotBeNull().ShouldContain(Trace);

    [Fact]
    public void FindFault_DirectWritesAreIgnored_IsFound() => FindFault(
        ReferenceFaults.IgnoresDirectWrites,
        [[new([new(ScriptStepKind.Set, ScriptStep.A)], ScriptEnd.Direct), new([new(ScriptStepKind.Get, ScriptStep.A), new(ScriptStepKind.Set, ScriptStep.A)])]])
        .ShouldNotBeNull().ShouldContain(Anomaly);

    [Fact]
    public void FindFault_WriteSkew_IsTold()
    {
        var fault = FindFault(
            ReferenceFaults.NoReadCheck,
            [[
                new([new(ScriptStepKind.Get, ScriptStep.A), new(ScriptStepKind.Set, ScriptStep.B)]),
                new([new(ScriptStepKind.Get, ScriptStep.B), new(ScriptStepKind.Set, ScriptStep.A)]),
            ]]);

        fault.ShouldNotBeNull().ShouldContain("1 is get p:a; set p:b; Commit");
        fault.ShouldContain("  1: get p:a -> 1");
        fault.ShouldContain("  2: get p:b -> none");
    }

    [Theory]
    [InlineData(70, 4, 4)]
    [InlineData(252, 5, 5)]
    [InlineData(1_680, 3, 3, 3)]
    [InlineData(1, 1)]
    public void Interleavings_OfSomeTurns_AreAllAndNoneTwice(int expected, params int[] turns)
    {
        var all = Interleavings.Of(turns).Select(order => string.Join(',', order)).ToList();

        all.Count.ShouldBe(expected);
        all.ShouldBeUnique();
    }

    /// <summary>Whatever order there is, one that differs only in turns that change nothing is among those that are run.</summary>
    [Fact]
    public void InterleavingsThatDiffer_OfEveryOrder_HaveOneThatIsTheSame()
    {
        bool[][] quiet = [[true, true, false], [true, false, true, false], [false, true]];
        var kept = Interleavings.ThatDiffer(quiet).Select(order => string.Join(',', order)).ToHashSet(StringComparer.Ordinal);
        var all = Interleavings.Of(3, 4, 2).Select(order => string.Join(',', SortQuiet([.. order], quiet))).ToHashSet(StringComparer.Ordinal);

        all.IsSubsetOf(kept).ShouldBeTrue();
        kept.Count.ShouldBeLessThan(1_260);
    }

    /// <summary>Swaps neighbours that change nothing until they stand in the parties' order.</summary>
    private static int[] SortQuiet(int[] order, bool[][] quiet)
    {
        for (var isSorted = false; !isSorted;)
        {
            isSorted = true;
            for (var time = 1; time < order.Length; time++)
            {
                if (order[time] < order[time - 1] && IsQuiet(time) && IsQuiet(time - 1))
                {
                    (order[time], order[time - 1]) = (order[time - 1], order[time]);
                    isSorted = false;
                }
            }
        }

        return order;

        bool IsQuiet(int time) => quiet[order[time]][order.Take(time).Count(party => party == order[time])];
    }

    private static string? FindFault(ReferenceFaults faults, IEnumerable<Script[]> cases)
    {
        using var store = new ReferenceStore(faults);
        var interleaver = new Interleaver(store);
        return cases.Select(scripts => interleaver.FindFault(scripts)).FirstOrDefault(fault => fault is not null);
    }
}
