namespace SnapshotKv.Tests.Store.Model.Steps;

internal sealed record ReadStep(string Key) : EntryStep
{
    public static ReadStep Draw(Random random) => new(ModelKeys.Draw(random));

    public override bool IsRead => true;

    public override void Run(ModelScope scope) => scope.Read(Key);

    public override string ToString() => $"read '{Key}'";
}
