namespace SnapshotKv.Tests.Store.Model.Steps;

internal sealed record RefreshStep(string Key) : EntryStep
{
    public static RefreshStep Draw(Random random) => new(ModelKeys.Draw(random));

    public override bool IsRead => true;

    public override void Run(ModelScope scope)
    {
        scope.Store.Refresh(Key).ShouldBe(scope.Find(Key) is not null);
        scope.Slide(Key);
    }

    public override string ToString() => $"refresh '{Key}'";
}
