namespace SnapshotKv.Tests.Soak;

/// <summary>Random work over a fixed set of keys, whose contents stay about as large as they are: sets, removes, expiries, tags, batches, transactions, blobs; views, pins, restores and comparisons of snapshots.</summary>
internal sealed class SoakWorkload(Random random, int keys)
{
    private readonly byte[] _value = new byte[400];

    public void Run(KvStore store, int commits)
    {
        for (var i = 0; i < commits; i++)
        {
            var key = $"soak:{random.Next(keys)}";
            switch (random.Next(1000))
            {
                case < 2:
                    store.SetBlob(key, i, Value().ToArray());
                    break;
                case < 20:
                    store.Remove(key);
                    break;
                case < 60:
                    store.SetBytes(key, Value(), new KvEntryOptions { TimeToLive = TimeSpan.FromSeconds(random.Next(1, 20)) });
                    break;
                case < 90:
                    store.SetBytes(key, Value(), new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(5), Tags = [$"tag{random.Next(50)}"] });
                    break;
                case < 92:
                    store.RemoveByTag($"tag{random.Next(50)}");
                    break;
                case < 100:
                    using (var transaction = store.BeginTransaction())
                    {
                        transaction.Set(key, i);
                        transaction.Set($"soak:{random.Next(keys)}", i);
                        transaction.Commit();
                    }

                    break;
                default:
                    store.SetBytes(key, Value());
                    break;
            }
        }

        LookBack(store);
    }

    /// <summary>What the history is for: a look into a snapshot, and what has changed since.</summary>
    private void LookBack(KvStore store)
    {
        var snapshots = store.ListSnapshots();
        if (snapshots.Count < 2)
        {
            return;
        }

        var one = snapshots[random.Next(snapshots.Count - 1)].FileName;
        try
        {
            store.Pin(one, "looked-at");
        }
        catch (KvSnapshotException exception) when (exception.Reason == KvSnapshotProblem.NotFound)
        {
            // A timed save came in between and made it one too many: only what is pinned stays.
            return;
        }

        using (var view = store.OpenSnapshot(one))
        {
            view.Count("soak:1").ShouldBeGreaterThan(0);
        }

        store.Restore(one, prefix: "soak:12").Entries.ShouldBeGreaterThan(0);
        store.Compare(one, prefix: "soak:1").Take(10).Count().ShouldBeLessThanOrEqualTo(10);
        store.Unpin("looked-at").ShouldBeTrue();
    }

    private ReadOnlySpan<byte> Value()
    {
        // Always as long on the average, so that what is measured does not move by itself.
        random.NextBytes(_value);
        return _value.AsSpan(0, 100 + random.Next(200));
    }
}
