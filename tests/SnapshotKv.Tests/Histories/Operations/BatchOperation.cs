namespace SnapshotKv.Tests.Histories.Operations;

/// <summary>A batch over two or three keys; null removes.</summary>
internal sealed record BatchOperation((string Key, long? Value)[] Changes) : HistoryOperation
{
    public static BatchOperation Draw(Random random) =>
        new([.. HistoryKeys.Draw(random, random.Next(2, 4)).Select(key => (key, random.Next(3) == 0 ? (long?)null : random.Next(1_000)))]);

    /// <summary>What a batch that was carried out answers: its number, and how many entries it removed.</summary>
    public static HistoryAnswer AnswerOf(HistoryClient client, KvCommitResult result) => new("done", client.ToModel(result.Version), result.RemovedCount);

    public KvBatch Make(KvStore store)
    {
        var batch = store.CreateBatch();
        foreach (var (key, value) in Changes)
        {
            _ = value is { } set ? batch.Set(key, set) : batch.Remove(key);
        }

        return batch;
    }

    public override HistoryAnswer Run(HistoryClient client) => AnswerOf(client, client.Store.Commit(Make(client.Store)));

    public HistoryState Apply(HistoryState state) =>
        state.Commit([.. Changes.Select(change => (change.Key, change.Value is { } value ? new HistoryEntry(0, value) : (HistoryEntry?)null))]);

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer)
    {
        var before = state;
        var next = Apply(state);
        return Become(ref state, next, answer, new("done", next.Sequence, Changes.Count(change => change.Value is null && before[change.Key].Exists)));
    }

    public override string ToString() => $"batch {string.Join(", ", Changes.Select(change => change.Value is { } value ? $"set {change.Key} {value}" : $"remove {change.Key}"))}";
}
