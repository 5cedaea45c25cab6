using SnapshotKv.Journal;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Store.Model;

/// <summary>A store of some level on a disk in memory with its model, and the model of what the newest snapshot holds.</summary>
internal sealed class ModelWorld : IDisposable
{
    /// <summary>What the snapshot that is gone back to is pinned by.</summary>
    private const string PinName = "then";

    /// <summary>Few, so that the files of blobs go soon.</summary>
    private const int MaxSnapshots = 2;

    /// <summary>How long what was written may wait for the device.</summary>
    private static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(1);

    /// <summary>Small, so that runs fill some and leave many behind.</summary>
    private static readonly SegmentSizes Segments = new(16 << 10, 64 << 10);

    private readonly KvFormat _format;
    private readonly KvDurability _level;
    private StoreHome _home;
    private KvStore _store;
    private readonly List<ModelWatcher> _watchers = [];
    private KeyValuePair<string, ModelEntry>[] _saved = [];
    private KeyValuePair<string, ModelEntry>[]? _pinned;

    public ModelWorld(KvFormat format, KvDurability level)
    {
        _format = format;
        _level = level;
        _home = new() { Durability = level, SegmentSizes = Segments };
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

    /// <summary>Lets time pass: at least a flush interval, so that slides are journaled.</summary>
    public void Advance(TimeSpan by)
    {
        _home.Clock.Advance(by);
        if (_level != KvDurability.Snapshot)
        {
            Root.Keep();
        }
    }

    public void Save()
    {
        _store.Save();
        NoteSaved();
    }

    /// <summary>Saves without knowing what is in it: others write meanwhile.</summary>
    public void SaveMeanwhile() => _store.Save();

    /// <summary>Saves, and pins what was saved in the place of what was pinned before.</summary>
    public void Pin()
    {
        Save();
        _store.Unpin(PinName).ShouldBe(_pinned is not null);
        _store.Pin(_store.ListSnapshots()[0].FileName, PinName).PinnedNames.ShouldBe([PinName]);
        _pinned = Copies(Root.Entries);
    }

    /// <summary>Goes back to what was pinned, if anything was; and perhaps to what there was before that.</summary>
    public void Restore(string prefix, bool isUndone)
    {
        if (_pinned is null)
        {
            return;
        }

        var before = Copies(Root.Entries);
        var restored = GoBack(PinName, prefix, _pinned);
        Compare();
        if (isUndone)
        {
            _store.Unpin(GoBack(restored.BeforeName, prefix, before).BeforeName).ShouldBeTrue();
            Compare();
        }

        _store.Unpin(restored.BeforeName).ShouldBeTrue();
    }

    /// <summary>Closes and opens: everything is there.</summary>
    public void Reopen(KvCompression compression)
    {
        Compare();
        _store.Dispose();
        NoteSaved();
        Restart(compression, _saved, mayLoseSlides: false);
    }

    /// <summary>
    /// The process or the machine ends. Without a journal what was saved is there and nothing else; with one everything is, at level Process after a power cut
    /// what is older than the flush interval.
    /// </summary>
    public void Crash(CrashKind kind, int seed, KvCompression compression)
    {
        if (_level == KvDurability.Process && kind != CrashKind.ProcessKilled)
        {
            Advance(FlushInterval);
        }

        var after = HomeAfter(kind, seed);
        _store.Dispose();
        _home = after;
        Restart(compression, _level == KvDurability.Snapshot ? _saved : Root.Entries, mayLoseSlides: _level != KvDurability.Snapshot);
    }

    /// <summary>The same, but nothing that was done before may be missing.</summary>
    public void CrashOnceAllIsKept(CrashKind kind, int seed, KvCompression compression)
    {
        if (_level == KvDurability.Snapshot)
        {
            Save();
        }

        Crash(kind, seed, compression);
    }

    /// <summary>
    /// Compares what is there after a crash at this moment with the whole model: a transaction's commit has saved everything, or journaled it at the store's level.
    /// </summary>
    public void CompareWithTheDisk()
    {
        var home = HomeAfter(_level == KvDurability.Process ? CrashKind.ProcessKilled : CrashKind.PowerCutLosingAll, seed: 0);
        using var store = Open(home, KvCompression.None);
        var onDisk = new ModelScope(store, home.Clock, Copies(Root.Entries));
        if (_level != KvDurability.Snapshot)
        {
            onDisk.TakeOverSlides();
        }

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
        if (_pinned is not null)
        {
            _store.Unpin(PinName).ShouldBeTrue();
            _pinned = null;
        }

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

    private KvRestoreResult GoBack(string name, string prefix, IEnumerable<KeyValuePair<string, ModelEntry>> then)
    {
        var result = _store.Restore(name, prefix);
        result.Entries.ShouldBe(Root.GoBack(prefix, Copies(then), result.Version));

        // Also what was pinned for the undo has been saved, with all slides.
        NoteSaved();
        return result;
    }

    private void SaveAllAnew()
    {
        for (var i = 0; i <= MaxSnapshots; i++)
        {
            _store.Set("\u0001one more", 0);
            _store.Remove("\u0001one more");
            Save();
        }
    }

    private void Restart(KvCompression compression, IEnumerable<KeyValuePair<string, ModelEntry>> entries, bool mayLoseSlides)
    {
        _watchers.Clear();
        _store = Open(_home, compression);
        Root = new(_store, _home.Clock, Copies(entries));
        if (mayLoseSlides)
        {
            Root.TakeOverSlides();
        }

        Root.Compare();
    }

    /// <summary>What a crash at this moment would leave. No process is there again within the millisecond in which one has ended.</summary>
    private StoreHome HomeAfter(CrashKind kind, int seed) =>
        new(_home.Disk.CrashImage(kind, seed), new ManualTimeProvider(_home.Clock.GetUtcNow().AddMilliseconds(1))) { Durability = _level, SegmentSizes = Segments };

    private KvStore Open(StoreHome home, KvCompression compression) => home.Open(options =>
    {
        options.Format = _format;
        options.MaxSnapshots = MaxSnapshots;
        options.Compression = compression;
        options.FlushInterval = FlushInterval;
        options.Recovery = KvRecoveryMode.Strict;
        options.SaveDebounce = Timeout.InfiniteTimeSpan;
        options.TtlCleanupInterval = TimeSpan.FromSeconds(5);
    });

    private void NoteSaved()
    {
        Root.Keep();
        _saved = Copies(Root.Entries);
    }

    private static KeyValuePair<string, ModelEntry>[] Copies(IEnumerable<KeyValuePair<string, ModelEntry>> entries) =>
        [.. entries.Select(item => KeyValuePair.Create(item.Key, item.Value.Copy()))];
}
