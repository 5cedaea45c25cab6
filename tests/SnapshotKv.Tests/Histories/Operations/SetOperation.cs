namespace SnapshotKv.Tests.Histories.Operations;

internal sealed record SetOperation(string Key, long Value) : HistoryOperation
{
    public static SetOperation Draw(Random random) => new(HistoryKeys.Draw(random), random.Next(1_000));

    public override string Run(HistoryClient client)
    {
        client.Store.Set(Key, Value);
        return Done;
    }

    public override bool TryApply(ref HistoryState state, string answer) => Become(ref state, state.Set(Key, Value), answer, Done);

    public override string ToString() => $"set {Key} {Value}";
}
