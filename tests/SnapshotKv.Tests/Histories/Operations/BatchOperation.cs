namespace SnapshotKv.Tests.Histories.Operations;

/// <summary>A batch over two or three keys; null removes.</summary>
internal sealed record BatchOperation((string Key, long? Value)[] Changes) : HistoryOperation
{
    public static BatchOperation Draw(Random random) =>
        new([.. HistoryKeys.Draw(random, random.Next(2, 4)).Select(key => (key, random.Next(3) == 0 ? (long?)null : random.Next(1_000)))]);

    public override HistoryAnswer Run(HistoryClient client)
    {
        var batch = new KvBatch();
        foreach (var (key, value) in Changes)
        {
            _ = value is { } set ? batch.SetEncoded(key, HistoryValues.Encode(client.Store, set)) : batch.Remove(key);
        }

        client.Store.Commit(batch);
        return HistoryAnswer.Done;
    }

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer) =>
        Become(ref state, state.Commit([.. Changes.Select(change => (change.Key, change.Value is { } value ? new HistoryEntry(0, value) : (HistoryEntry?)null))]), answer, HistoryAnswer.Done);

    public override string ToString() => $"batch {string.Join(", ", Changes.Select(change => change.Value is { } value ? $"set {change.Key} {value}" : $"remove {change.Key}"))}";
}
