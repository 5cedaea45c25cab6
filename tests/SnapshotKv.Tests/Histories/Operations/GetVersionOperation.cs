namespace SnapshotKv.Tests.Histories.Operations;

/// <summary>Reads a value with its version, which is the number of the commit that set it: the model counts commits too.</summary>
internal sealed record GetVersionOperation(string Key) : HistoryOperation
{
    public static GetVersionOperation Draw(Random random) => new(HistoryKeys.Draw(random));

    public override HistoryAnswer Run(HistoryClient client)
    {
        var isFound = client.Store.TryGet<long>(Key, out var value, out var version);
        version = client.ToModel(version);
        client.Saw(Key, version);
        return isFound ? new("found", value, version) : HistoryAnswer.None;
    }

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer) =>
        answer == (state[Key] is { Exists: true } entry ? new("found", entry.Value, entry.Version) : HistoryAnswer.None);

    public override string ToString() => $"get {Key} and its version";
}
