namespace SnapshotKv.Tests.Store.Model.Steps;

internal sealed record RemoveByPrefixStep(string Prefix) : EntryStep
{
    public static RemoveByPrefixStep Draw(Random random) => new(ModelKeys.DrawPrefix(random));

    public override void Run(ModelScope scope) =>
        scope.Store.RemoveByPrefix(Prefix).ShouldBe(scope.RemoveWhere(key => key.StartsWith(Prefix, StringComparison.Ordinal)));

    public override string ToString() => $"remove by prefix '{Prefix}'";
}
