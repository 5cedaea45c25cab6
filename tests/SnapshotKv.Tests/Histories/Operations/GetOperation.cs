namespace SnapshotKv.Tests.Histories.Operations;

internal sealed record GetOperation(string Key) : HistoryOperation
{
    public static GetOperation Draw(Random random) => new(HistoryKeys.Draw(random));

    public override string Run(HistoryClient client) => client.Store.TryGet<long>(Key, out var value) ? $"{value}" : "none";

    public override bool TryApply(ref HistoryState state, string answer) => answer == state[Key].ToString();

    public override string ToString() => $"get {Key}";
}
