namespace SnapshotKv.Tests.Histories.Operations;

/// <summary>Sets a key, with a life that does not end while a history runs or without one.</summary>
internal sealed record SetOperation(string Key, long Value, bool Expires = false) : HistoryOperation
{
    public static SetOperation Draw(Random random) => new(HistoryKeys.Draw(random), random.Next(1_000), random.Next(2) == 0);

    public override HistoryAnswer Run(HistoryClient client)
    {
        client.Store.Set(Key, Value, Expires ? new KvEntryOptions { TimeToLive = TimeSpan.FromHours(1) } : default);
        return HistoryAnswer.Done;
    }

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer) => Become(ref state, state.Set(Key, Value), answer, HistoryAnswer.Done);

    public override string ToString() => $"set {Key} {Value}";
}
