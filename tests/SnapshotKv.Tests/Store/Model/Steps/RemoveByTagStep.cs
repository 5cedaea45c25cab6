namespace SnapshotKv.Tests.Store.Model.Steps;

internal sealed record RemoveByTagStep(string Tag) : EntryStep
{
    public static RemoveByTagStep Draw(Random random) => new(ModelKeys.DrawTag(random));

    public override void Run(ModelScope scope) => scope.Store.RemoveByTag(Tag).ShouldBe(scope.RemoveWhere(key => scope.Find(key)!.Tags.Contains(Tag)));

    public override string ToString() => $"remove by tag '{Tag}'";
}
