using SnapshotKv.Format;
using SnapshotKv.Keyspace;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>Fills a fresh table from a snapshot. A damaged file leaves nothing behind: its table is thrown away.</summary>
internal sealed class TableSink : ISnapshotSink
{
    private const int MostReserved = 1 << 21;

    private readonly LoadedEntries _entries = new(KeyHasher.CreateFast());

    /// <summary>Room for what most stores hold. What is declared beyond that is believed when it comes: a declaration costs a file nothing.</summary>
    public void Expect(int count) => _entries.Expect(Math.Min(count, MostReserved));

    /// <summary>Whether any entry has a blob.</summary>
    public bool HasBlobs { get; private set; }

    public void Add(Record record)
    {
        HasBlobs |= (record.Flags & RecordFlags.Blob) != 0;
        record.ClearSlideMark();
        _entries.Add(record);
    }

    public void Restart()
    {
        HasBlobs = false;
        _entries.Clear();
    }

    /// <summary>The table, once all entries were added.</summary>
    public RecordTable ToTable() => RecordTable.Load(_entries);
}
