namespace SnapshotKv.Tests.Transactions;

/// <summary>Every interleaving of two and of three small transactions, against a serial order. Runs on anything that has transactions.</summary>
public abstract class InterleavedTransactionsSpecification
{
    private const int SampledPairs = 80;
    private const int SampledTriples = 4;

    [Fact]
    public void EveryInterleaving_OfAllPairsOfTwoSteps_IsSerializable()
    {
        Script[] scripts = [.. Script.All(2)];
        CheckMeeting(scripts.Index().SelectMany(first => scripts.Skip(first.Index), (first, second) => new[] { first.Item, second }));
    }

    [Fact]
    public void EveryInterleaving_OfSampledPairsOfThreeSteps_IsSerializable()
    {
        var random = Seed();
        CheckAll(Enumerable.Range(0, SampledPairs).Select(_ => new[] { Script.Draw(random, 3), Script.Draw(random, 3) }));
    }

    [Fact]
    public void EveryInterleaving_OfAllPairsWithARollback_LeavesNoTrace()
    {
        Script[] writers = [.. Script.All(1).Where(script => script.Steps[0].IsWrite), .. Script.All(2).Where(script => script.Steps.All(step => step.IsWrite))];
        var interleaver = CheckAll(writers.SelectMany(_ => Script.All(2), (writer, other) => new[] { writer with { End = ScriptEnd.Rollback }, other }));

        // The one that rolls back may read what the other changed; the other never meets a conflict.
        interleaver.Commits.ShouldBe(interleaver.Count);
    }

    [Fact]
    public void EveryInterleaving_OfAllTransactionsWithDirectWrites_IsSerializable()
    {
        Script[] writes = [.. Script.All(1).Where(script => script.Steps[0].IsWrite).Select(script => script with { End = ScriptEnd.Direct })];
        CheckMeeting(writes.SelectMany(_ => Script.All(3), (write, transaction) => new[] { write, transaction }));
        CheckMeeting(writes.SelectMany(_ => writes, (first, second) => (First: first, Second: second))
            .SelectMany(_ => Script.All(2), (pair, transaction) => new[] { pair.First, pair.Second, transaction }));
    }

    /// <summary>All triples of single steps, up to the order of the three.</summary>
    [Fact]
    public void EveryInterleaving_OfTriplesOfOneStep_IsSerializable()
    {
        Script[] scripts = [.. Script.All(1)];
        CheckMeeting(scripts.Index()
            .SelectMany(first => scripts.Index().Skip(first.Index), (first, second) => (First: first.Item, Second: second))
            .SelectMany(pair => scripts.Skip(pair.Second.Index), (pair, third) => new[] { pair.First, pair.Second.Item, third })
            .Where(triple => triple.Any(script => script.Steps[0].IsWrite)));
    }

    [Fact]
    public void EveryInterleaving_OfSampledTriples_IsSerializable()
    {
        var random = Seed();
        CheckAll(Enumerable.Range(0, SampledTriples).Select(_ => new[] { Script.Draw(random, 2), Script.Draw(random, 2), Script.Draw(random, 1) }));
    }

    /// <summary>The cycle of three that no pair shows: each reads what the next one writes.</summary>
    [Fact]
    public void EveryInterleaving_OfTheKnownTriples_IsSerializable()
    {
        Script readAWriteB = new([new(ScriptStepKind.Get, ScriptStep.A), new(ScriptStepKind.Set, ScriptStep.B)]);
        Script readBWriteA = new([new(ScriptStepKind.Get, ScriptStep.B), new(ScriptStepKind.Set, ScriptStep.A)]);
        Script readsAll = new([new(ScriptStepKind.Scan, ScriptStep.Prefix), new(ScriptStepKind.Count, ScriptStep.Prefix)]);
        CheckMeeting([[readAWriteB, readBWriteA, readsAll]]);
    }

    /// <summary>Of how many cases one is run: 1 for a store that is really under test.</summary>
    private protected virtual int Thinning => 1;

    private protected abstract ITransactionalStore Open();

    private static Random Seed()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        return new Random(seed);
    }

    /// <summary>Checks transactions of which some must have met: a store that has none open at a time would show nothing.</summary>
    private void CheckMeeting(IEnumerable<Script[]> cases)
    {
        var interleaver = CheckAll(cases);
        interleaver.Commits.ShouldBePositive();
        interleaver.Conflicts.ShouldBePositive();
    }

    private Interleaver CheckAll(IEnumerable<Script[]> cases)
    {
        using var store = Open();
        var interleaver = new Interleaver(store);
        cases.Where((_, index) => index % Thinning == 0).Select(scripts => interleaver.FindFault(scripts)).FirstOrDefault(fault => fault is not null).ShouldBeNull();
        TestContext.Current.TestOutputHelper?.WriteLine($"{interleaver.Count} interleavings: {interleaver.Commits} commits, {interleaver.Conflicts} conflicts");
        return interleaver;
    }
}
