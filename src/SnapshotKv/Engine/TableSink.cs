using SnapshotKv.Format;
using SnapshotKv.Keyspace;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>Fills a fresh table from a snapshot. A damaged file leaves nothing behind: its table is thrown away.</summary>
internal sealed class TableSink : ISnapshotSink
{
    public RecordTable Table { get; private set; } = new();

    public void Expect(int count) => Table.Reserve(count);

    public void Add(Record record) => Table.Put(record);

    public void Restart() => Table = new();
}
