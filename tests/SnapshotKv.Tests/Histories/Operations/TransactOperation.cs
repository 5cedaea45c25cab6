namespace SnapshotKv.Tests.Histories.Operations;

/// <summary>A transaction that reads two keys and then sets two. It may always answer that there was a conflict, and must have had no effect then.</summary>
internal sealed record TransactOperation(string[] Read, (string Key, long Value)[] Written) : HistoryOperation
{
    private const string Conflict = "conflict";

    public static TransactOperation Draw(Random random) =>
        new(HistoryKeys.Draw(random, 2), [.. HistoryKeys.Draw(random, 2).Select(key => (key, (long)random.Next(1_000)))]);

    public override HistoryAnswer Run(HistoryClient client)
    {
        try
        {
            using var transaction = client.Store.BeginTransaction();
            var first = Get(transaction, Read[0]);
            var second = Get(transaction, Read[1]);
            foreach (var (key, value) in Written)
            {
                transaction.Set(key, value);
            }

            transaction.Commit();
            return new("read", first, second);
        }
        catch (KvConflictException)
        {
            return Conflict;
        }
    }

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer) => answer == Conflict || Become(
        ref state,
        state.Commit([.. Written.Select(write => (write.Key, (HistoryEntry?)new HistoryEntry(0, write.Value)))]),
        answer,
        new("read", Value(state, Read[0]), Value(state, Read[1])));

    public override string ToString() => $"transaction: get {string.Join(", ", Read)}; set {string.Join(", ", Written.Select(write => $"{write.Key} {write.Value}"))}";

    private static long? Get(KvTransaction transaction, string key) => transaction.TryGet<long>(key, out var value) ? value : null;

    private static long? Value(HistoryState state, string key) => state[key] is { Exists: true } entry ? entry.Value : null;
}
