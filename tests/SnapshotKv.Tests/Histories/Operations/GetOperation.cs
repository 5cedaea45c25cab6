namespace SnapshotKv.Tests.Histories.Operations;

internal sealed record GetOperation(string Key) : HistoryOperation
{
    public static GetOperation Draw(Random random) => new(HistoryKeys.Draw(random));

    public override HistoryAnswer Run(HistoryClient client) => client.Store.TryGet<long>(Key, out var value) ? value : HistoryAnswer.None;

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer) => answer == state[Key].Answer;

    public override string ToString() => $"get {Key}";
}
