namespace SnapshotKv.KillTarget.Script;

/// <summary>Sets and removes several entries as one commit; a key that gets null is removed. In a transaction they may have blobs.</summary>
internal sealed record WriteManyStep(IReadOnlyList<KeyValuePair<string, ScriptEntry?>> Changes, WriteWay Way, KvDurability? Durability) : ScriptStep
{
    public override async ValueTask RunAsync(KvStore store)
    {
        switch (Way)
        {
            case WriteWay.Batch:
                store.TryCommit(Batch());
                break;
            case WriteWay.BatchAsynchronously:
                await store.TryCommitAsync(Batch());
                break;
            default:
                Transact(store);
                break;
        }
    }

    public override void Apply(Dictionary<string, ScriptEntry> entries)
    {
        foreach (var (key, entry) in Changes)
        {
            if (entry is null)
            {
                entries.Remove(key);
            }
            else
            {
                entries[key] = Way == WriteWay.Transaction ? entry : entry with { Blob = null };
            }
        }
    }

    private KvBatch Batch()
    {
        var batch = new KvBatch { Durability = Durability };
        foreach (var (key, entry) in Changes)
        {
            _ = entry is null ? batch.Remove(key) : batch.SetBytes(key, entry.Value, entry.Options(durability: null));
        }

        return batch;
    }

    private void Transact(KvStore store)
    {
        using var transaction = store.BeginTransaction();
        foreach (var (key, entry) in Changes)
        {
            switch (entry)
            {
                case null:
                    transaction.Remove(key);
                    break;
                case { Blob: { } blob }:
                    transaction.SetBlob(key, entry.Value, blob.Content, entry.Options(Durability));
                    break;
                default:
                    transaction.SetBytes(key, entry.Value, entry.Options(Durability));
                    break;
            }
        }

        transaction.Commit();
    }
}
