namespace SnapshotKv.Tests.Store.Model.Steps;

internal sealed record SaveStep : ModelStep
{
    public override void Run(ModelWorld world) => world.Save();

    public override string ToString() => "save";
}
