namespace SnapshotKv.KillTarget.Script;

/// <summary>One commit of a writer: once carried out on the store, and once on a plain dictionary by whoever checks.</summary>
internal abstract record ScriptStep
{
    public abstract ValueTask RunAsync(KvStore store);

    public abstract void Apply(Dictionary<string, ScriptEntry> entries);
}
