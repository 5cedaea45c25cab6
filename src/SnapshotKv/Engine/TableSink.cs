using SnapshotKv.Blobs;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>Fills a fresh table from a snapshot. A damaged file leaves nothing behind: its table is thrown away.</summary>
internal sealed class TableSink : ISnapshotSink
{
    private const int MostReserved = 1 << 21;

    private readonly List<BlobId> _references = [];
    private readonly LoadedEntries _entries = new(KeyHasher.CreateFast());

    /// <summary>Room for what most stores hold. What is declared beyond that is believed when it comes: a declaration costs a file nothing.</summary>
    public void Expect(int count) => _entries.Expect(Math.Min(count, MostReserved));

    /// <summary>What the entries refer to, once for each that does; one that was replaced later in the file, too, which keeps its blob the longer.</summary>
    public IReadOnlyList<BlobId> References => _references;

    public void Add(Record record)
    {
        if ((record.Flags & RecordFlags.Blob) != 0 && BlobId.TryParse(record.BlobReference, out var id))
        {
            _references.Add(id);
        }

        if ((record.Flags & RecordFlags.Sliding) != 0)
        {
            record.ClearSlideMark();
        }

        _entries.Add(record);
    }

    public void Restart()
    {
        _references.Clear();
        _entries.Clear();
    }

    /// <summary>What was added, to be put into a table together with more.</summary>
    public LoadedEntries Entries => _entries;

    /// <summary>The table, once all entries were added.</summary>
    public RecordTable ToTable() => RecordTable.Load(_entries);
}
