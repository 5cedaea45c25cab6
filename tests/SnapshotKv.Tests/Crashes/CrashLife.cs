using System.Buffers;
using SnapshotKv.Journal;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Serialization;
using SnapshotKv.Tests.Store;
using SnapshotKv.Tests.Store.Model;

namespace SnapshotKv.Tests.Crashes;

/// <summary>A store and what its oracle knows of it: each operation is done to both. Lives on through crashes and reopenings.</summary>
internal sealed partial class CrashLife : IDisposable
{
    public static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan SaveDebounce = TimeSpan.FromSeconds(10);

    /// <summary>No process is there again within the millisecond in which one has ended, and sequence numbers rely on that.</summary>
    public static readonly TimeSpan Restart = TimeSpan.FromMilliseconds(10);

    private readonly KvDurability _level;
    private readonly Action<CrashLife, FileOperation> _beforeOperation;
    private readonly Random _random = new(1);
    private KvStore? _store;

    /// <param name="level">The store's level.</param>
    /// <param name="isMapped">Whether the disk is one on which files may be mapped.</param>
    /// <param name="beforeOperation">Is told of each operation on files before it is carried out.</param>
    public CrashLife(KvDurability level, bool isMapped, Action<CrashLife, FileOperation> beforeOperation)
    {
        _level = level;
        _beforeOperation = beforeOperation;
        Oracle = new(level);
        Home = NewHome(new InMemoryFileSystem { MappingAllowed = isMapped }, new ManualTimeProvider());
    }

    public CrashOracle Oracle { get; }

    public StoreHome Home { get; private set; }

    /// <summary>How many operations on files there were, in all homes.</summary>
    public int Operations { get; private set; }

    public KvStore Store => _store ?? throw new InvalidOperationException("The store is not open.");

    private DateTimeOffset Now => Home.Clock.GetUtcNow();

    /// <summary>A few commits fill a segment.</summary>
    public static SegmentSizes SegmentSizes { get; } = new(8 << 10, 16 << 10);

    /// <summary>The settings of all openings: everything happens soon.</summary>
    public static void Configure(SnapshotKvOptions options)
    {
        options.MaxSnapshots = 2;
        options.MaxJournalBytes = 1 << 20;
        options.FlushInterval = FlushInterval;
        options.SaveDebounce = SaveDebounce;
        options.TtlCleanupInterval = TimeSpan.FromSeconds(5);
        options.Compression = KvCompression.None;
    }

    public void Open() => _store = Home.Open(Configure);

    public void Close()
    {
        Store.Dispose();
        _store = null;
        Oracle.Keep(isOnDevice: true);
        Home.Clock.Advance(Restart);
    }

    /// <summary>The process or the machine ends here, and the store is opened again.</summary>
    public void Crash(CrashKind kind, int seed)
    {
        var isCut = kind != CrashKind.ProcessKilled;
        var image = Home.Disk.CrashImage(kind, seed);

        // The life before this ends unobserved, on its own disk and by its own clock.
        var before = _store;
        _store = null;
        Home = NewHome(image, new ManualTimeProvider(Now + Restart));
        before?.Dispose();

        // A look at a copy first: while the opening itself is cut, what it is to find must be known.
        using (var copy = new StoreHome(image.CrashImage(CrashKind.ProcessKilled), new ManualTimeProvider(Now)) { Durability = _level, SegmentSizes = SegmentSizes }.Open(Configure))
        {
            if ((Oracle.GoOnFrom(FoundState.In(copy), isCut, Now) ?? Pins.Find(copy)) is { } fault)
            {
                throw new CrashFaultException($"After {kind} with seed {seed} in the midst of the workload: {fault}");
            }
        }

        Open();
    }

    public void Advance(TimeSpan by)
    {
        Home.Clock.Advance(by);
        if ((_level != KvDurability.Snapshot && by >= FlushInterval) || by >= SaveDebounce)
        {
            Oracle.Keep(isOnDevice: true);
        }
    }

    public void Save()
    {
        Store.Save();
        Oracle.Keep(isOnDevice: true);
    }

    /// <summary>Saves, and does something else once the snapshot is being written, which therefore does not hold it.</summary>
    public void SaveWhile(Action meanwhile)
    {
        var held = Oracle.Returned;
        var isDone = false;
        Home.Files.Before(
            operation => !isDone && operation.Kind == FileOperationKind.Write && operation.Path.StartsWith($"{StoreHome.Path}/snapshots/", StringComparison.Ordinal),
            _ =>
            {
                isDone = true;
                meanwhile();
            });
        Store.Save();
        isDone.ShouldBeTrue();
        Oracle.Keep(isOnDevice: true, held);
    }

    /// <summary>Bytes none of which a lost write would leave, different each time.</summary>
    public byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)_random.Next(1, 256);
        }

        return bytes;
    }

    public void Set(string key, int length, KvEntryOptions options = default)
    {
        var value = Bytes(length);
        Commit(() => Store.SetBytes(key, value, options), state => state[key] = NewEntry(value, options), options.Durability);
    }

    /// <summary>Sets by the asynchronous form.</summary>
    public void SetAsynchronously(string key, int length, KvEntryOptions options = default)
    {
        var value = Bytes(length);
        Commit(
            () => AsyncForms.Wait(Store.SetBytesAsync(key, new ReadOnlySequence<byte>(value), options)),
            state => state[key] = NewEntry(value, options),
            options.Durability);
    }

    public void Remove(string key) => Commit(() => Store.Remove(key), state => state.Remove(key));

    /// <summary>Removes through a partition, which is how a single removal asks for more than the store's level.</summary>
    public void RemoveAt(KvDurability level, string key) =>
        Commit(() => Store.GetPartition("", new KvPartitionOptions { Durability = level }).Remove(key), state => state.Remove(key), level);

    public void RemoveByPrefix(string prefix) => Commit(() => Store.RemoveByPrefix(prefix), state => RemoveWhere(state, (key, _) => key.StartsWith(prefix, StringComparison.Ordinal)));

    public void RemoveByTag(string tag) => Commit(() => Store.RemoveByTag(tag), state => RemoveWhere(state, (_, entry) => entry.Tags.Contains(tag)));

    public void RemoveByTagUnder(string prefix, string tag) => Commit(
        () => Store.GetPartition(prefix).RemoveByTag(tag),
        state => RemoveWhere(state, (key, entry) => key.StartsWith(prefix, StringComparison.Ordinal) && entry.Tags.Contains(tag)));

    public void Clear() => Commit(() => Store.Clear(), state => state.Clear());

    /// <summary>Sets some keys and removes others as one commit.</summary>
    public void Batch((string Key, int Length)[] sets, string[] removes, KvDurability? durability = null)
    {
        var batch = new KvBatch { Durability = durability };
        var values = sets.ToDictionary(set => set.Key, set => Bytes(set.Length), StringComparer.Ordinal);
        foreach (var (key, value) in values)
        {
            batch.SetBytes(key, value);
        }

        Array.ForEach(removes, key => batch.Remove(key));
        Commit(
            () => Store.Commit(batch),
            state =>
            {
                foreach (var (key, value) in values)
                {
                    state[key] = NewEntry(value, default);
                }

                Array.ForEach(removes, key => state.Remove(key));
            },
            durability);
    }

    /// <summary>Replaces a value and keeps the rest of the entry.</summary>
    public void Update(string key, int length)
    {
        var value = Bytes(length);
        Commit(() => Store.TryUpdate(key, value, VersionOf(key)).ShouldBeTrue(), state => state[key] = state[key].Updated(value, Now));
    }

    /// <summary>A batch whose condition does not hold: no commit.</summary>
    public void CommitInVain(string key) => Store.TryCommit(new KvBatch().SetBytes(key, Bytes(10)).RequireVersion(key, long.MaxValue)).IsCommitted.ShouldBeFalse();

    /// <summary>Reads two keys and sets them; a blob is set with a third, and, without <paramref name="commits"/>, all is given up.</summary>
    public void Transact(string first, string second, string blobKey, bool commits)
    {
        byte[] one = Bytes(60), two = Bytes(600), blob = Bytes(900);
        using var transaction = Store.BeginTransaction();
        transaction.TryGetBytes(first, out _);
        transaction.SetBytes(first, one);
        transaction.SetBytes(second, two);
        transaction.SetBlob(blobKey, one, blob);
        if (commits)
        {
            Commit(
                transaction.Commit,
                state =>
                {
                    state[first] = NewEntry(one, default);
                    state[second] = NewEntry(two, default);
                    state[blobKey] = NewEntry(one, default).With(blob);
                },
                _level == KvDurability.Snapshot ? KvDurability.Disk : null);
        }
    }

    public void SetBlob(string key, int length, KvEntryOptions options = default)
    {
        byte[] value = Bytes(20), blob = Bytes(length);
        Commit(() => Store.SetBlob(key, value, blob, options), state => state[key] = NewEntry(value, options).With(blob), options.Durability);
    }

    public void UpdateBlob(string key, int length)
    {
        var blob = Bytes(length);
        Commit(() => Store.UpdateBlob(key, new MemoryStream(blob)), state => state[key] = state[key].WithBlob(blob, Now));
    }

    /// <summary>Reads a value, which moves a sliding expiry.</summary>
    public void Read(string key)
    {
        Store.TryGetBytes(key, out _).ShouldBeTrue(key);
        Oracle.Now[key].Slide(Now);
    }

    /// <summary>Sets text by a serializer of the user's, which claims the partition.</summary>
    public void SetTyped(string serializer, string key, string text)
    {
        var partition = Store.GetPartition(CrashKeys.Serialized, new KvPartitionOptions { Serializer = new NamedSerializer(serializer) });
        var value = new ArrayBufferWriter<byte>();
        new NamedSerializer(serializer).Serialize(text, value);
        Commit(() => partition.Set(key, text), state => state[CrashKeys.Serialized + key] = NewEntry(value.WrittenSpan.ToArray(), default).With(serializer: serializer));
    }

    /// <summary>Clears the partition of the user's serializers, which frees it for another.</summary>
    public void ClearTyped() => Commit(
        () => Store.GetPartition(CrashKeys.Serialized).Clear(),
        state => RemoveWhere(state, (key, _) => key.StartsWith(CrashKeys.Serialized, StringComparison.Ordinal)));

    /// <summary>Once no snapshot is left from before, the files of blobs are those of the live ones: no crash has made a replay forget that one is no longer needed.</summary>
    public void CheckBlobFiles()
    {
        foreach (var name in Store.ListSnapshots().SelectMany(snapshot => snapshot.PinnedNames))
        {
            Store.Unpin(name);
        }

        for (var i = 0; i < 3; i++)
        {
            Set("changed", 10 + i);
            Save();
        }

        Home.BlobFiles().Count.ShouldBe(Oracle.Now.Values.Count(entry => entry.Blob is not null));
    }

    public void Dispose() => _store?.Dispose();

    private void Commit(Action call, Action<Dictionary<string, ExpectedEntry>> effect, KvDurability? asked = null)
    {
        Oracle.Begin(effect);
        call();
        Oracle.Return(asked, Store.LastSequence);
    }

    private ExpectedEntry NewEntry(byte[] value, KvEntryOptions options)
    {
        var cap = options.AbsoluteExpiration ?? Now + options.TimeToLive;
        var deadline = Now + options.SlidingExpiration;
        return new(value, deadline is null || cap < deadline ? cap : deadline, options.SlidingExpiration, options.SlidingExpiration is null ? null : cap, [.. options.Tags ?? []]);
    }

    private long VersionOf(string key) => Store.TryGetInfo(key, out var info) ? info.Version : 0;

    private StoreHome NewHome(InMemoryFileSystem disk, ManualTimeProvider clock)
    {
        var home = new StoreHome(disk, clock) { Durability = _level, SegmentSizes = SegmentSizes };
        home.Files.Before(_ => home == Home, operation =>
        {
            Operations++;
            _beforeOperation(this, operation);
        });
        return home;
    }

    private static void RemoveWhere(Dictionary<string, ExpectedEntry> state, Func<string, ExpectedEntry, bool> condition)
    {
        foreach (var (key, _) in state.Where(item => condition(item.Key, item.Value)).ToList())
        {
            state.Remove(key);
        }
    }
}
