namespace SnapshotKv.Tests.Histories.Operations;

internal sealed record IncrementOperation(string Key, long By) : HistoryOperation
{
    public static IncrementOperation Draw(Random random) => new(HistoryKeys.Draw(random), random.Next(1, 4));

    public override HistoryAnswer Run(HistoryClient client) => client.Store.Increment(Key, By);

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer)
    {
        var entry = state[Key] with { Value = state[Key].Value + By };
        return Become(ref state, state.Commit((Key, entry)), answer, entry.Value);
    }

    public override string ToString() => $"increment {Key} by {By}";
}
