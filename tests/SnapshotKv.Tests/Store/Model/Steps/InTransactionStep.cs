namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>Steps in a transaction: nobody sees them before its commit, and nobody ever without one.</summary>
internal sealed record InTransactionStep(EntryStep[] Steps, bool Commits, bool IsAsync) : EntryStep
{
    private const int MostSteps = 12;

    public static InTransactionStep Draw(Random random) => new(
        [.. Enumerable.Range(0, random.Next(1, MostSteps)).Select(_ => random.Next(6) == 0 ? InPartitionStep.Draw(random) : ModelSteps.DrawOnEntries(random))],
        Commits: random.Next(3) > 0,
        IsAsync: random.Next(2) == 0);

    public override void Run(ModelScope scope)
    {
        using var transaction = ((IKvTransactions)scope.Store).BeginTransaction();
        var inside = scope.In(transaction);
        foreach (var step in Steps)
        {
            step.Run(inside);
        }

        scope.Compare();
        if (!Commits)
        {
            return;
        }

        if (IsAsync)
        {
            AsyncForms.Wait(transaction.CommitAsync());
        }
        else
        {
            transaction.Commit();
        }

        scope.TakeBack("", inside);
    }

    public override string ToString() =>
        $"a transaction that {(Commits ? IsAsync ? "commits asynchronously" : "commits" : "is rolled back")}:\n{string.Join('\n', Steps.Select(step => $"    {step}"))}";
}
