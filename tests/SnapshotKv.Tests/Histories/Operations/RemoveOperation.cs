namespace SnapshotKv.Tests.Histories.Operations;

internal sealed record RemoveOperation(string Key) : HistoryOperation
{
    public static RemoveOperation Draw(Random random) => new(HistoryKeys.Draw(random));

    public override HistoryAnswer Run(HistoryClient client) => HistoryAnswer.YesNo(client.Store.Remove(Key));

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer) => Become(ref state, state.Remove(Key), answer, HistoryAnswer.YesNo(state[Key].Exists));

    public override string ToString() => $"remove {Key}";
}
