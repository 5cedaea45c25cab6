namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>A step on the keys under a prefix, through a partition with or without defaults; the whole must show the same.</summary>
internal sealed record InPartitionStep(string Prefix, ModelLife? Defaults, EntryStep Step) : EntryStep
{
    private static readonly string[] Prefixes = ["a", "a:", "p:"];

    public static InPartitionStep Draw(Random random) => new(
        Prefixes[random.Next(Prefixes.Length)],
        random.Next(2) == 0 ? null : ModelLife.DrawDefault(random),
        random.Next(8) == 0 ? Draw(random) : ModelSteps.DrawOnEntries(random));

    public override bool IsRead => Step.IsRead;

    public override void Run(ModelScope scope)
    {
        var part = scope.Under(Prefix, Defaults);
        Step.Run(part);
        scope.TakeBack(Prefix, part);
    }

    public override string ToString() => $"under '{Prefix}'{(Defaults is null ? "" : $", by default {Defaults}")}: {Step}";
}
