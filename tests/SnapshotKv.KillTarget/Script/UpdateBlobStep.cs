namespace SnapshotKv.KillTarget.Script;

/// <summary>Gives an entry another blob, if it is there.</summary>
internal sealed record UpdateBlobStep(string Key, ScriptBlob Blob) : ScriptStep
{
    public override ValueTask RunAsync(KvStore store)
    {
        if (store.Exists(Key))
        {
            store.UpdateBlob(Key, Blob.Content);
        }

        return ValueTask.CompletedTask;
    }

    public override void Apply(Dictionary<string, ScriptEntry> entries)
    {
        if (entries.TryGetValue(Key, out var entry))
        {
            entries[Key] = entry with { Blob = Blob };
        }
    }
}
