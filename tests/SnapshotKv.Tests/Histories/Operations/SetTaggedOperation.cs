namespace SnapshotKv.Tests.Histories.Operations;

internal sealed record SetTaggedOperation(string Key, long Value) : HistoryOperation
{
    private static readonly string[] Tags = [HistoryKeys.Tag];

    public static SetTaggedOperation Draw(Random random) => new(HistoryKeys.Draw(random), random.Next(1_000));

    public override HistoryAnswer Run(HistoryClient client)
    {
        client.Store.Set(Key, Value, new KvEntryOptions { Tags = Tags });
        return HistoryAnswer.Done;
    }

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer) =>
        Become(ref state, state.Commit((Key, new HistoryEntry(0, Value, IsTagged: true))), answer, HistoryAnswer.Done);

    public override string ToString() => $"set {Key} {Value}, tagged";
}
