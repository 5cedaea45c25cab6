namespace SnapshotKv.Tests.Histories.Operations;

/// <summary>Counts in a transaction: there, unlike elsewhere, a count belongs to one point in time, and so do two of them.</summary>
internal sealed record CountInTransactionOperation : HistoryOperation
{
    private const string Conflict = "conflict";

    public override HistoryAnswer Run(HistoryClient client)
    {
        try
        {
            using var transaction = client.Store.BeginTransaction();
            return new("counted", transaction.Count(HistoryKeys.Prefix), transaction.Count());
        }
        catch (KvConflictException)
        {
            return Conflict;
        }
    }

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer)
    {
        var at = state;
        return answer == Conflict || answer == new HistoryAnswer(
            "counted",
            HistoryKeys.All.Count(key => at[key].Exists && key.StartsWith(HistoryKeys.Prefix, StringComparison.Ordinal)),
            HistoryKeys.All.Count(key => at[key].Exists));
    }

    public override string ToString() => "transaction: count under the prefix, count all";
}
