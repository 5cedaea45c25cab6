namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>A step on the keys under a prefix, through a partition; the whole must show the same.</summary>
internal sealed record InPartitionStep(string Prefix, EntryStep Step) : EntryStep
{
    private static readonly string[] Prefixes = ["a", "a:", "p:"];

    public static InPartitionStep Draw(Random random)
    {
        var prefix = Prefixes[random.Next(Prefixes.Length)];
        return new(prefix, random.Next(8) == 0 ? Draw(random) : ModelSteps.DrawOnEntries(random));
    }

    public override void Run(ModelScope scope)
    {
        var part = scope.Under(Prefix);
        Step.Run(part);
        scope.TakeBack(Prefix, part);
    }

    public override string ToString() => $"under '{Prefix}': {Step}";
}
