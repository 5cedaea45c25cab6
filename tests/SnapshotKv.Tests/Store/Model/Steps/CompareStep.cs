namespace SnapshotKv.Tests.Store.Model.Steps;

internal sealed record CompareStep : EntryStep
{
    public override bool IsRead => true;

    public override void Run(ModelScope scope) => scope.Compare();

    public override string ToString() => "compare";
}
