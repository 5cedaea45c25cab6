using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Store.Model;

/// <summary>A store on a disk in memory with its model, and the model of what the newest snapshot holds.</summary>
internal sealed class ModelWorld : IDisposable
{
    private readonly KvFormat _format;
    private StoreHome _home = new();
    private KvStore _store;
    private readonly List<ModelWatcher> _watchers = [];
    private KeyValuePair<string, ModelEntry>[] _saved = [];

    public ModelWorld(KvFormat format)
    {
        _format = format;
        _store = Open(KvCompression.None);
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

    /// <summary>Begins to watch a prefix, until the store is closed.</summary>
    public void Watch(string prefix) => _watchers.Add(new(_store, prefix, _watchers.Count));

    public KvTransaction Begin() => _store.BeginTransaction();

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

    public void Dispose() => _store.Dispose();

    private void Restart(KvCompression compression)
    {
        _watchers.Clear();
        _store = Open(compression);
        Root = new(_store, _home.Clock, Copies(_saved));
        Root.Compare();
    }

    private KvStore Open(KvCompression compression) => _home.Open(options =>
    {
        options.Format = _format;
        options.Compression = compression;
        options.SaveDebounce = Timeout.InfiniteTimeSpan;
        options.TtlCleanupInterval = TimeSpan.FromSeconds(5);
    });

    private void NoteSaved() => _saved = Copies(Root.Entries);

    private static KeyValuePair<string, ModelEntry>[] Copies(IEnumerable<KeyValuePair<string, ModelEntry>> entries) =>
        [.. entries.Select(item => KeyValuePair.Create(item.Key, item.Value.Copy()))];
}
