namespace SnapshotKv.Tests.Histories.Operations;

internal sealed record TryAddOperation(string Key, long Value) : HistoryOperation
{
    public static TryAddOperation Draw(Random random) => new(HistoryKeys.Draw(random), random.Next(1_000));

    public override HistoryAnswer Run(HistoryClient client) => HistoryAnswer.YesNo(client.Store.TryAdd(Key, Value));

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer) => state[Key].Exists
        ? answer == HistoryAnswer.YesNo(false)
        : Become(ref state, state.Set(Key, Value), answer, HistoryAnswer.YesNo(true));

    public override string ToString() => $"add {Key} {Value}";
}
