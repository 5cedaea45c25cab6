namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>A step under the eyes of a token: it has changed when anything under its prefix has, and not by reads; a transaction's changes are nobody's yet.</summary>
internal sealed record TokenStep(string Prefix, EntryStep Step) : EntryStep
{
    public static TokenStep Draw(Random random) => new(ModelKeys.DrawPrefix(random), ModelSteps.DrawOnEntries(random));

    public override bool IsRead => Step.IsRead;

    public override void Run(ModelScope scope)
    {
        var token = scope.Store.Watch(Prefix);
        token.HasChanged.ShouldBeFalse();
        var before = Watched(scope);
        Step.Run(scope);
        if (Step.IsRead || scope.IsTransaction)
        {
            token.HasChanged.ShouldBeFalse($"a token of '{Prefix}'");
        }
        else if (!before.SetEquals(Watched(scope)))
        {
            token.HasChanged.ShouldBeTrue($"a token of '{Prefix}'");
        }
    }

    private HashSet<(string Key, ModelEntry Entry)> Watched(ModelScope scope) =>
        [.. scope.Entries.Where(item => item.Key.StartsWith(Prefix, StringComparison.Ordinal)).Select(item => (item.Key, item.Value))];

    public override string ToString() => $"with a token of '{Prefix}': {Step}";
}
