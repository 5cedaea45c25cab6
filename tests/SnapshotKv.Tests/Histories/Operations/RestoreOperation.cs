namespace SnapshotKv.Tests.Histories.Operations;

/// <summary>Goes back to the <see cref="HistorySnapshot"/>, whole or with the keys under a prefix: one commit, whose number is the version of all that it brings.</summary>
internal sealed record RestoreOperation(string Prefix) : HistoryOperation
{
    public static RestoreOperation Draw(Random random) => new(random.Next(2) == 0 ? "" : HistoryKeys.Prefix);

    public override HistoryAnswer Run(HistoryClient client)
    {
        var result = client.Store.Restore(HistorySnapshot.Name, Prefix);
        return new("restored", client.ToModel(result.Version), result.Entries);
    }

    /// <summary>It always brings something, and so is a commit, whatever there was.</summary>
    public override bool TryApply(ref HistoryState state, HistoryAnswer answer)
    {
        var next = state.Commit(HistorySnapshot.Changes(Prefix, out var count));
        return Become(ref state, next, answer, new("restored", next.Sequence, count));
    }

    public override string ToString() => $"restore '{Prefix}'";
}
