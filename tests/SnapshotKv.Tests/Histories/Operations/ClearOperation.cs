namespace SnapshotKv.Tests.Histories.Operations;

internal sealed record ClearOperation : HistoryOperation
{
    public override HistoryAnswer Run(HistoryClient client) => client.Store.Clear();

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer)
    {
        var before = state;
        return Become(ref state, before.Remove(HistoryKeys.All), answer, HistoryKeys.All.Count(key => before[key].Exists));
    }

    public override string ToString() => "clear";
}
