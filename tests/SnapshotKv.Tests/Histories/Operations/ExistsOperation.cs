namespace SnapshotKv.Tests.Histories.Operations;

internal sealed record ExistsOperation(string Key) : HistoryOperation
{
    public static ExistsOperation Draw(Random random) => new(HistoryKeys.Draw(random));

    public override string Run(HistoryClient client) => YesNo(client.Store.Exists(Key));

    public override bool TryApply(ref HistoryState state, string answer) => answer == YesNo(state[Key].Exists);

    public override string ToString() => $"exists {Key}";
}
