using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Store.Model;

/// <summary>A store on a disk in memory with its model, and the model of what the newest snapshot holds.</summary>
internal sealed class ModelWorld : IDisposable
{
    /// <summary>Few, so that the files of blobs go soon.</summary>
    private const int MaxSnapshots = 2;

    private readonly KvFormat _format;
    private StoreHome _home = new();
    private KvStore _store;
    private readonly List<ModelWatcher> _watchers = [];
    private KeyValuePair<string, ModelEntry>[] _saved = [];

    public ModelWorld(KvFormat format)
    {
        _format = format;
        _store = Open(_home, KvCompression.None);
        Root = new(_store, _home.Clock, []);
    }

    /// <summary>The whole store.</summary>
    public ModelScope Root { get; private set; }

    /// <summary>Compares the whole store with its model, and what watchers were told with the store.</summary>
    public void Compare()
    {
        Root.Compare();
        _watchers.ForEach(watcher => watcher.Compare(Root.IsDead));
    }

    public bool IsWatched => _watchers.Count > 0;

    /// <summary>Begins to watch a prefix, until the store is closed.</summary>
    public void Watch(string prefix) => _watchers.Add(new(_store, prefix, _watchers.Count));

    public void Advance(TimeSpan by) => _home.Clock.Advance(by);

    public void Save()
    {
        _store.Save();
        NoteSaved();
    }

    /// <summary>Saves without knowing what is in it: others write meanwhile.</summary>
    public void SaveMeanwhile() => _store.Save();

    /// <summary>Closes and opens: everything is there.</summary>
    public void Reopen(KvCompression compression)
    {
        Compare();
        _store.Dispose();
        NoteSaved();
        Restart(compression);
    }

    /// <summary>The power goes: what was saved is there, nothing else.</summary>
    public void Crash(KvCompression compression)
    {
        var after = new StoreHome(_home.Disk.CrashImage(CrashKind.PowerCutLosingAll), _home.Clock);
        _store.Dispose();
        _home = after;
        Restart(compression);
    }

    /// <summary>Compares what is there after a power cut at this moment with the whole model: everything must have been saved.</summary>
    public void CompareWithTheDisk()
    {
        using var store = Open(new StoreHome(_home.Disk.CrashImage(CrashKind.PowerCutLosingAll), _home.Clock), KvCompression.None);
        var onDisk = new ModelScope(store, _home.Clock, Copies(Root.Entries));
        onDisk.Compare();
        foreach (var (key, entry) in onDisk.Entries)
        {
            if (entry.Blob is not null)
            {
                onDisk.ReadBlob(key);
            }
        }
    }

    /// <summary>Saves until every snapshot there is has been made after the last change; then only the files of live blobs may be left.</summary>
    public void SettleBlobs()
    {
        SaveAllAnew();

        // What a crash left over goes once it is opened; what was only kept for older snapshots, once these are gone.
        Reopen(KvCompression.None);
        SaveAllAnew();
        var files = _home.Names("blobs").SelectMany(shard => _home.Names($"blobs/{shard}").Select(name => $"blobs/{shard}/{name}"));
        var live = Root.Entries.Select(item => item.Value.Blob).Where(blob => blob is not null).Distinct(ReferenceEqualityComparer.Instance).Cast<byte[]>();
        files.Select(file => Convert.ToHexString(_home.ReadFile(file))).Order(StringComparer.Ordinal)
            .ShouldBe(live.Select(blob => Convert.ToHexString(blob)).Order(StringComparer.Ordinal), "the files of blobs");
    }

    public void Dispose() => _store.Dispose();

    private void SaveAllAnew()
    {
        for (var i = 0; i <= MaxSnapshots; i++)
        {
            _store.Set("\u0001one more", 0);
            _store.Remove("\u0001one more");
            Save();
        }
    }

    private void Restart(KvCompression compression)
    {
        _watchers.Clear();
        _store = Open(_home, compression);
        Root = new(_store, _home.Clock, Copies(_saved));
        Root.Compare();
    }

    private KvStore Open(StoreHome home, KvCompression compression) => home.Open(options =>
    {
        options.Format = _format;
        options.MaxSnapshots = MaxSnapshots;
        options.Compression = compression;
        options.SaveDebounce = Timeout.InfiniteTimeSpan;
        options.TtlCleanupInterval = TimeSpan.FromSeconds(5);
    });

    private void NoteSaved() => _saved = Copies(Root.Entries);

    private static KeyValuePair<string, ModelEntry>[] Copies(IEnumerable<KeyValuePair<string, ModelEntry>> entries) =>
        [.. entries.Select(item => KeyValuePair.Create(item.Key, item.Value.Copy()))];
}
