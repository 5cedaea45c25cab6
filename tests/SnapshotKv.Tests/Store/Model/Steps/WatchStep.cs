namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>Begins to watch a prefix: from then on what the changes tell must be what the store holds.</summary>
internal sealed record WatchStep(string Prefix) : ModelStep
{
    public static WatchStep Draw(Random random) => new(ModelKeys.DrawPrefix(random));

    public override void Run(ModelWorld world) => world.Watch(Prefix);

    public override string ToString() => $"watch '{Prefix}'";
}
