namespace SnapshotKv.Tests.Histories.Operations;

internal sealed record RemoveByPrefixOperation : HistoryOperation
{
    private static readonly string[] Keys = [.. HistoryKeys.All.Where(key => key.StartsWith(HistoryKeys.Prefix, StringComparison.Ordinal))];

    public override HistoryAnswer Run(HistoryClient client) => client.Store.RemoveByPrefix(HistoryKeys.Prefix);

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer)
    {
        var before = state;
        return Become(ref state, before.Remove(Keys), answer, Keys.Count(key => before[key].Exists));
    }

    public override string ToString() => $"remove by prefix {HistoryKeys.Prefix}";
}
