namespace SnapshotKv.Tests.Store.Model.Steps;

internal sealed record ClearStep : EntryStep
{
    public override void Run(ModelScope scope) => scope.Store.Clear().ShouldBe(scope.RemoveWhere(_ => true));

    public override string ToString() => "clear";
}
