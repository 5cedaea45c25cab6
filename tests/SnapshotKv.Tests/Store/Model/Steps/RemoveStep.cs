namespace SnapshotKv.Tests.Store.Model.Steps;

internal sealed record RemoveStep(string Key) : EntryStep
{
    public static RemoveStep Draw(Random random) => new(ModelKeys.Draw(random));

    public override void Run(ModelScope scope) => scope.Store.Remove(Key).ShouldBe(scope.Remove(Key));

    public override string ToString() => $"remove '{Key}'";
}
