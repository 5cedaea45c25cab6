namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>A transaction that reads a key which somebody else sets before its commit: the commit is refused, and nothing of it is left but slides.</summary>
internal sealed record ConflictStep(EntryStep[] Steps, SetStep Other, bool IsAsync) : EntryStep
{
    private const int MostSteps = 6;

    public static ConflictStep Draw(Random random) =>
        new([.. Enumerable.Range(0, random.Next(MostSteps)).Select(_ => ModelSteps.DrawOnEntries(random))], SetStep.Draw(random), IsAsync: random.Next(2) == 0);

    public override void Run(ModelScope scope)
    {
        using var transaction = ((IKvTransactions)scope.Store).BeginTransaction();
        var inside = scope.In(transaction);
        foreach (var step in Steps)
        {
            step.Run(inside);
        }

        inside.Read(Other.Key);
        transaction.Set("\u0001never", 0);
        Other.Run(scope);
        Should.Throw<KvConflictException>(() => Commit(transaction)).Key.ShouldBe(Other.Key);
        scope.Compare();
    }

    private void Commit(IKvTransaction transaction)
    {
        if (IsAsync)
        {
            AsyncForms.Wait(transaction.CommitAsync());
        }
        else
        {
            transaction.Commit();
        }
    }

    public override string ToString() =>
        $"a transaction that reads '{Other.Key}' and is refused:\n{string.Join('\n', Steps.Append(Other).Select(step => $"    {step}"))}";
}
