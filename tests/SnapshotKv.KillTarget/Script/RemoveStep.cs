namespace SnapshotKv.KillTarget.Script;

/// <summary>Removes one entry, if it is there.</summary>
internal sealed record RemoveStep(string Key, bool IsAsynchronous) : ScriptStep
{
    public override async ValueTask RunAsync(KvStore store) => _ = IsAsynchronous ? await store.RemoveAsync(Key) : store.Remove(Key);

    public override void Apply(Dictionary<string, ScriptEntry> entries) => entries.Remove(Key);
}
