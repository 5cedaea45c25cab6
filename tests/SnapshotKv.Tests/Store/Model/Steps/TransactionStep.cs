namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>A transaction in the whole store or in a partition. When its commit returns it is on the disk.</summary>
internal sealed record TransactionStep(InPartitionStep Transaction) : ModelStep
{
    public static TransactionStep Draw(Random random)
    {
        var where = InPartitionStep.Draw(random);
        return new(where with { Prefix = random.Next(2) == 0 ? where.Prefix : "", Step = InTransactionStep.Draw(random) });
    }

    public override void Run(ModelWorld world)
    {
        HashSet<(string, ModelEntry)> before = [.. world.Root.Entries.Select(item => (item.Key, item.Value))];
        Transaction.Run(world.Root);

        // A commit without changes saves nothing; what changed but became again what it was is not looked at.
        if (!before.SetEquals(world.Root.Entries.Select(item => (item.Key, item.Value))))
        {
            world.CompareWithTheDisk();
        }

        world.Save();
        world.Compare();
    }

    public override string ToString() => $"{Transaction}";
}
