using SnapshotKv.Snapshots;
using SnapshotKv.Tests.Snapshots;
using SnapshotKv.Tests.Store;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Journal;

/// <summary>A store's directory in memory that is filled with snapshots and segments as a test needs them.</summary>
internal sealed class JournalHome
{
    private int _snapshots;

    public StoreHome Store { get; } = new();

    /// <summary>Writes a snapshot, named behind the ones before.</summary>
    /// <returns>Its file's name.</returns>
    public string AddSnapshot(ulong sequence, params Record[] records)
    {
        var name = NextName();
        Store.WriteFile("snapshots/" + name, SnapshotFiles.Write(records, sequence: sequence));
        return name;
    }

    /// <summary>Writes a snapshot as Go does: without our fields.</summary>
    public string AddGoSnapshot(string fixture = "minimal")
    {
        var name = NextName();
        Store.WriteFile("snapshots/" + name, Fixtures.ReadSnapshot(fixture, (string)Fixtures.LoadSnapshots(fixture)[0]["file"]!));
        return name;
    }

    public JournalHome Add(params SegmentBuilder[] segments)
    {
        foreach (var segment in segments)
        {
            Store.WriteFile("journal/" + segment.FileName, segment.ToBytes());
        }

        return this;
    }

    public void Flip(string path, long offset, byte mask = 1)
    {
        var bytes = Store.ReadFile(path);
        bytes[offset] ^= mask;
        Store.WriteFile(path, bytes);
    }

    public KvStore Open(KvRecoveryMode recovery = KvRecoveryMode.LastGood, Action<SnapshotKvOptions>? change = null) => Store.Open(options =>
    {
        options.Recovery = recovery;
        change?.Invoke(options);
    });

    /// <summary>The entries as <c>key=value</c>, in the order of keys, of values that are small numbers.</summary>
    public static string Contents(KvStore store) =>
        string.Join(' ', store.GetKeys("").Select(key => store.TryGet<int>(key, out var value) ? $"{key}={value}" : $"{key}?"));

    /// <summary>Every file of the directory but the lock's, with its bytes.</summary>
    public Dictionary<string, string> Files()
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var directory in (string[])["snapshots", "journal", "quarantine", "."])
        {
            foreach (var name in Store.Names(directory == "." ? "" : directory).Where(name => Store.Disk.FileExists($"{StoreHome.Path}/{directory}/{name}") && !name.StartsWith("lock", StringComparison.Ordinal)))
            {
                files[$"{directory}/{name}"] = Convert.ToHexString(Store.ReadFile($"{directory}/{name}"));
            }
        }

        return files;
    }

    private string NextName() => SnapshotName.Create(new DateTime(2025, 12, 31, 12, 0, _snapshots++, DateTimeKind.Unspecified), 0, KvFormat.MessagePack, KvCompression.None).ToString();
}
