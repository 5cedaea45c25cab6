namespace SnapshotKv.Tests.Store.Model.Steps;

internal sealed record AdvanceStep(int Seconds) : ModelStep
{
    public static AdvanceStep Draw(Random random) => new(random.Next(1, 8));

    public override void Run(ModelWorld world) => world.Advance(TimeSpan.FromSeconds(Seconds));

    public override string ToString() => $"{Seconds} s pass";
}
