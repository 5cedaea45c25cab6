namespace SnapshotKv.Tests.Histories.Operations;

/// <summary>A batch under the condition that a key, be it changed by it or not, is as its thread saw it last: at a version, or absent.</summary>
internal sealed record ConditionalBatchOperation(BatchOperation Batch, string Key, long Version = 0) : HistoryOperation
{
    public static ConditionalBatchOperation Draw(Random random) => new(BatchOperation.Draw(random), HistoryKeys.Draw(random));

    public override HistoryOperation Bind(HistoryClient client) => this with { Version = client.LastSeen(Key) };

    public override HistoryAnswer Run(HistoryClient client)
    {
        var result = client.Store.TryCommit(Batch.Make(client.Store).RequireVersion(Key, client.ToStore(Version)));
        return result.IsCommitted ? BatchOperation.AnswerOf(client, result) : $"conflict over {result.ConflictingKey}";
    }

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer) =>
        state[Key].Version == Version ? Batch.TryApply(ref state, answer) : answer == $"conflict over {Key}";

    public override string ToString() => $"{Batch}, if {Key} is at version {Version}";
}
