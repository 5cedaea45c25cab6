namespace SnapshotKv.Tests.Histories;

/// <summary>An increment as it must not be made: a read, and then a write that forgets who wrote meanwhile. Shows that the checker sees that.</summary>
internal sealed record RacyIncrementOperation(string Key) : HistoryOperation
{
    public override HistoryAnswer Run(HistoryClient client)
    {
        client.Store.TryGet<long>(Key, out var value);
        Thread.Yield();
        client.Store.Set(Key, value + 1);
        return value + 1;
    }

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer) => Become(ref state, state.Set(Key, state[Key].Value + 1), answer, state[Key].Value + 1);

    public override string ToString() => $"racy increment {Key}";
}
