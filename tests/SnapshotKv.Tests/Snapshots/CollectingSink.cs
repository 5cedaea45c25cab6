using SnapshotKv.Snapshots;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Snapshots;

/// <summary>Keeps what a reader hands on, the last of equal keys, in the order of key bytes.</summary>
internal sealed class CollectingSink : ISnapshotSink
{
    private readonly SortedDictionary<string, Record> _records = new(StringComparer.Ordinal);

    public int? Expected { get; private set; }

    public int Adds { get; private set; }

    public int Restarts { get; private set; }

    // Hexadecimal text sorts as the bytes do.
    public IReadOnlyList<Record> Records => [.. _records.Values];

    public void Expect(int count) => Expected = count;

    public void Add(Record record)
    {
        Adds++;
        _records[Convert.ToHexString(record.Key)] = record;
    }

    public void Restart()
    {
        Restarts++;
        Adds = 0;
        Expected = null;
        _records.Clear();
    }
}
