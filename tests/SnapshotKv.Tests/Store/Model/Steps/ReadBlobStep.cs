namespace SnapshotKv.Tests.Store.Model.Steps;

internal sealed record ReadBlobStep(string Key) : EntryStep
{
    public static ReadBlobStep Draw(Random random) => new(ModelKeys.Draw(random));

    public override bool IsRead => true;

    public override void Run(ModelScope scope) => scope.ReadBlob(Key);

    public override string ToString() => $"read the blob of '{Key}'";
}
