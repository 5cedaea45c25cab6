namespace SnapshotKv.KillTarget.Script;

/// <summary>Removes entries by their prefix or by their tag, as one commit.</summary>
internal sealed record RemoveManyStep(string Prefix, string? Tag) : ScriptStep
{
    public override ValueTask RunAsync(KvStore store)
    {
        _ = Tag is null ? store.RemoveByPrefix(Prefix) : store.RemoveByTag(Tag);
        return ValueTask.CompletedTask;
    }

    public override void Apply(Dictionary<string, ScriptEntry> entries)
    {
        foreach (var (key, entry) in entries.ToList())
        {
            if (Tag is null ? key.StartsWith(Prefix, StringComparison.Ordinal) : entry.Tag == Tag)
            {
                entries.Remove(key);
            }
        }
    }
}
