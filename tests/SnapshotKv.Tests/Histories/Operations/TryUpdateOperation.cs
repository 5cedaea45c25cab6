namespace SnapshotKv.Tests.Histories.Operations;

/// <summary>Replaces a value if it still has the version that its thread saw last. Tags stay.</summary>
internal sealed record TryUpdateOperation(string Key, long Value, long Version = 0) : HistoryOperation
{
    public static TryUpdateOperation Draw(Random random) => new(HistoryKeys.Draw(random), random.Next(1_000));

    /// <summary>Who saw no version guesses the first one.</summary>
    public override HistoryOperation Bind(HistoryClient client) => this with { Version = Math.Max(1, client.LastSeen(Key)) };

    public override HistoryAnswer Run(HistoryClient client)
    {
        var isUpdated = client.Store.TryUpdate(Key, Value, client.ToStore(Version), out var version);
        version = client.ToModel(version);
        if (isUpdated)
        {
            client.Saw(Key, version);
        }

        return new(isUpdated ? "updated" : "refused", version);
    }

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer) => state[Key].Version == Version
        ? Become(ref state, state.Commit((Key, state[Key] with { Value = Value })), answer, new("updated", state.Sequence + 1))
        : answer == new HistoryAnswer("refused", 0);

    public override string ToString() => $"update {Key} {Value} at version {Version}";
}
