namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>Steps in a transaction: nobody sees them before its commit, and nobody ever without one.</summary>
internal sealed record TransactionStep(EntryStep[] Steps, bool Commits) : ModelStep
{
    public static TransactionStep Draw(Random random) =>
        new([.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => random.Next(6) == 0 ? InPartitionStep.Draw(random) : ModelSteps.DrawOnEntries(random))], random.Next(3) > 0);

    public override void Run(ModelWorld world)
    {
        using (var transaction = world.Begin())
        {
            var inside = world.Root.In(transaction);
            foreach (var step in Steps)
            {
                step.Run(inside);
            }

            world.Root.Compare();
            if (Commits)
            {
                transaction.Commit();
                world.Root.TakeBack("", inside);
            }
        }

        // A commit is saved before it returns, but for one without changes; so save, to know what is on disk.
        world.Save();
        world.Compare();
    }

    public override string ToString() =>
        $"a transaction that {(Commits ? "commits" : "is rolled back")}:\n{string.Join('\n', Steps.Select(step => $"    {step}"))}";
}
