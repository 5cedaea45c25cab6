namespace SnapshotKv.Tests.Histories.Operations;

internal sealed record ExistsOperation(string Key) : HistoryOperation
{
    public static ExistsOperation Draw(Random random) => new(HistoryKeys.Draw(random));

    public override HistoryAnswer Run(HistoryClient client) => HistoryAnswer.YesNo(client.Store.Exists(Key));

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer) => answer == HistoryAnswer.YesNo(state[Key].Exists);

    public override string ToString() => $"exists {Key}";
}
