namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>Saves and pins what there is, to be gone back to.</summary>
internal sealed record PinStep : ModelStep
{
    public override void Run(ModelWorld world) => world.Pin();

    public override string ToString() => "save and pin";
}
