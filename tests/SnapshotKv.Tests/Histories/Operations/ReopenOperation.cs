namespace SnapshotKv.Tests.Histories.Operations;

/// <summary>What was found after a crash: the values and tags of all keys as they were at one instant.</summary>
internal sealed record ReopenOperation : HistoryOperation
{
    /// <summary>What a store shows.</summary>
    public static HistoryAnswer AnswerOf(KvStore store)
    {
        var tagged = store.GetKeysByTag(HistoryKeys.Tag).ToHashSet(StringComparer.Ordinal);
        return Text(key => store.TryGet<long>(key, out var value) ? value : null, tagged.Contains);
    }

    public override HistoryAnswer Run(HistoryClient client) => AnswerOf(client.Store);

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer)
    {
        var at = state;
        return answer == Text(key => at[key] is { Exists: true } entry ? entry.Value : null, key => at[key].IsTagged);
    }

    public override string ToString() => "crash and reopen";

    private static HistoryAnswer Text(Func<string, long?> valueOf, Func<string, bool> isTagged) =>
        string.Join(", ", HistoryKeys.All.Select(key => valueOf(key) is { } value ? $"{key}={value}{(isTagged(key) ? " tagged" : "")}" : $"no {key}"));
}
