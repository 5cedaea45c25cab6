using SnapshotKv.Tests.Blobs;

namespace SnapshotKv.Tests.Store;

/// <summary>A life with blobs, step by step, beside a plain dictionary that says what there must be after each.</summary>
internal sealed class BlobWorkload
{
    private readonly Dictionary<string, byte[]?> _now = new(StringComparer.Ordinal);

    /// <summary>What was there when each generation was saved.</summary>
    public List<Dictionary<string, byte[]?>> Generations { get; } = [[]];

    /// <summary>The last generation that is known to be saved.</summary>
    public int Saved { get; private set; }

    /// <summary>What there must be now: the blob of each key, null for a key without one.</summary>
    public IReadOnlyDictionary<string, byte[]?> Now => _now;

    /// <summary>What went wrong; a step that fails must have changed nothing.</summary>
    public List<Exception> Failures { get; } = [];

    public void FirstSession(KvStore store)
    {
        SetBlob(store, "a", 1);
        SetBlob(store, "b", 2);
        Save(store);
        UpdateBlob(store, "a", 3);
        SetBlob(store, "c", 4);
        Transact(store, commits: true);
        Transact(store, commits: false);
        Do(() => store.Remove("c"), () => _now.Remove("c"));
        Save(store);
        Do(() => store.Set("b", 0), () => _now["b"] = null);
        SetBlob(store, "a", 7);
        Save(store);
    }

    public void SecondSession(KvStore store)
    {
        UpdateBlob(store, "d", 8);
        Do(() => store.Set("a", 0), () => _now["a"] = null);
        UpdateBlob(store, "a", 9);
        Save(store);
    }

    public static void Check(KvStore store, IReadOnlyDictionary<string, byte[]?> expected, string what)
    {
        store.GetKeys().Where(key => key != "generation").ShouldBe(expected.Keys, ignoreOrder: true, what);
        foreach (var (key, content) in expected)
        {
            store.TryGetInfo(key, out var info).ShouldBeTrue(what);
            info.HasBlob.ShouldBe(content is not null, what);
            if (content is not null)
            {
                store.GetBlob(key).ShouldBe(content, what);
            }
        }
    }

    private void SetBlob(KvStore store, string key, int seed) =>
        Do(() => store.SetBlob(key, seed, new MemoryStream(Content(seed))), () => _now[key] = Content(seed));

    private void UpdateBlob(KvStore store, string key, int seed) => Do(
        () =>
        {
            if (store.Exists(key))
            {
                store.UpdateBlob(key, Content(seed));
            }
        },
        () =>
        {
            if (_now.ContainsKey(key))
            {
                _now[key] = Content(seed);
            }
        });

    private void Transact(KvStore store, bool commits) => Do(() =>
    {
        using var transaction = store.BeginTransaction();
        transaction.SetBlob("d", 1, Content(20));
        transaction.SetBlob("d", 2, Content(21));
        if (transaction.Exists("b"))
        {
            transaction.UpdateBlob("b", new MemoryStream(Content(22)));
        }

        transaction.Set("generation", Generations.Count);
        if (commits)
        {
            // From here on it is committed, saved or not.
            _now["d"] = Content(21);
            if (_now.ContainsKey("b"))
            {
                _now["b"] = Content(22);
            }

            Generations.Add(new(_now));
            transaction.Commit();
            Saved = Generations.Count - 1;
        }
    });

    private void Save(KvStore store)
    {
        store.Set("generation", Generations.Count);
        Generations.Add(new(_now));
        Do(() => store.Save(), () => Saved = Generations.Count - 1);
    }

    private void Do(Action act, Action? succeeded = null)
    {
        try
        {
            act();
            succeeded?.Invoke();
        }
        catch (KvStoreException exception)
        {
            Failures.Add(exception);
        }
    }

    private static byte[] Content(int seed) => BlobHome.Content(100 + seed);
}
