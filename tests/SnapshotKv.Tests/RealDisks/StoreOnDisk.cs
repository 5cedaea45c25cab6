using SnapshotKv.Engine;
using SnapshotKv.FileSystem;
using SnapshotKv.Testing;
using SnapshotKv.Tests.FileSystem;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.RealDisks;

/// <summary>A store on a disk that really fails, with a clock that stands still and background work that runs at once; and what it has acknowledged.</summary>
internal sealed class StoreOnDisk(string disk, KvDurability durability)
{
    private const int ValueLength = 4000;
    private const int MostWrites = 100_000;

    private readonly Dictionary<string, byte[]> _acknowledged = new(StringComparer.Ordinal);
    private readonly ManualTimeProvider _clock = new();

    public string Path { get; } = System.IO.Path.Join(disk, "store");

    /// <summary>The key of the last write that was tried.</summary>
    public string LastKey { get; private set; } = "";

    public KvStore Open() => Open(Path);

    /// <summary>Writes one entry more.</summary>
    public void Write(KvStore store)
    {
        LastKey = $"k{_acknowledged.Count}";
        var value = new byte[ValueLength];
        Array.Fill(value, (byte)_acknowledged.Count);
        store.SetBytes(LastKey, value);
        _acknowledged.Add(LastKey, value);
    }

    public void Write(KvStore store, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Write(store);
        }
    }

    /// <summary>Writes until the store refuses.</summary>
    /// <returns>How it refused.</returns>
    public Exception WriteUntilRefused(KvStore store) => Record.Exception(() => Write(store, MostWrites)).ShouldNotBeNull();

    /// <summary>Lets time go by: flushes fall due, and what failed is tried again.</summary>
    public void Wait() => _clock.Advance(TimeSpan.FromSeconds(5));

    /// <summary>Looks whether all that was acknowledged can be read.</summary>
    public void ShouldHoldAllAcknowledged(KvStore store)
    {
        foreach (var (key, value) in _acknowledged)
        {
            store.TryGetBytes(key, out var found).ShouldBeTrue(key);
            found.AsSpan().SequenceEqual(value).ShouldBeTrue(key);
        }
    }

    /// <summary>Opens the directory anew, as strictly as can be, and looks whether all that was acknowledged is there.</summary>
    public void ShouldBeRecovered()
    {
        using var store = Open();
        ShouldHoldAllAcknowledged(store);
    }

    /// <summary>Looks what another process would find if this one were killed now.</summary>
    public void ShouldBeRecoveredFromACopy()
    {
        using var home = new TemporaryDirectory();
        DirectoryCopy.Make(Path, home.Path);
        using var store = Open(home.Path);
        ShouldHoldAllAcknowledged(store);
        store.Count().ShouldBe(_acknowledged.Count);
    }

    private KvStore Open(string path) => KvStore.Open(
        new SnapshotKvOptions
        {
            Path = path,
            Durability = durability,
            Recovery = KvRecoveryMode.Strict,
            SaveDebounce = Timeout.InfiniteTimeSpan,
            TimeProvider = _clock,
        },
        StoreEnvironment.Default with { FileSystem = PhysicalFileSystem.Instance, Scheduler = new InlineScheduler() });
}
