namespace SnapshotKv.Tests.Histories.Operations;

internal sealed record RemoveByTagOperation : HistoryOperation
{
    public override HistoryAnswer Run(HistoryClient client) => client.Store.RemoveByTag(HistoryKeys.Tag);

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer)
    {
        var before = state;
        string[] tagged = [.. HistoryKeys.All.Where(key => before[key].IsTagged)];
        return Become(ref state, state.Remove(tagged), answer, tagged.Length);
    }

    public override string ToString() => "remove by tag";
}
