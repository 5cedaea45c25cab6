using System.Buffers;

namespace SnapshotKv.KillTarget.Script;

/// <summary>Sets one entry, with a blob or without.</summary>
internal sealed record SetStep(string Key, ScriptEntry Entry, KvDurability? Durability, bool IsAsynchronous) : ScriptStep
{
    public override ValueTask RunAsync(KvStore store)
    {
        var options = Entry.Options(Durability);
        switch (Entry.Blob, IsAsynchronous)
        {
            case ({ } blob, true):
                return store.SetBlobAsync(Key, Entry.Value, new MemoryStream(blob.Content), options);
            case ({ } blob, false):
                store.SetBlob(Key, Entry.Value, blob.Content, options);
                return ValueTask.CompletedTask;
            case (null, true):
                return store.SetBytesAsync(Key, new ReadOnlySequence<byte>(Entry.Value), options);
            default:
                store.SetBytes(Key, Entry.Value, options);
                return ValueTask.CompletedTask;
        }
    }

    public override void Apply(Dictionary<string, ScriptEntry> entries) => entries[Key] = Entry;
}
