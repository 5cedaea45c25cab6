namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>Saves and opens until no snapshot is left that knows of anything but what is live: then there are the files of live blobs and no others.</summary>
internal sealed record SettleBlobsStep : ModelStep
{
    public override void Run(ModelWorld world) => world.SettleBlobs();

    public override string ToString() => "save until only the files of live blobs are left";
}
