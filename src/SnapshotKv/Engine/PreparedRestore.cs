using SnapshotKv.Blobs;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>
/// A restore up to its commit: the second table, made of what a snapshot brings and of what stays as it is. Built beside everything else; the commit has only to put it into the
/// place of the live one.
/// </summary>
/// <remarks>Not thread-safe; members marked "gate" are for whoever holds the commit gate.</remarks>
internal sealed class PreparedRestore
{
    private readonly LoadedEntries _entries;
    private readonly int _restored;
    private int _kept;

    /// <param name="scope">What it is about.</param>
    /// <param name="entries">What the snapshot brings.</param>
    /// <param name="references">The blobs that these refer to, once for each entry that does.</param>
    /// <param name="frame">What the journal is told.</param>
    public PreparedRestore(RestoreScope scope, LoadedEntries entries, IReadOnlyList<BlobId> references, byte[] frame)
    {
        Scope = scope;
        _entries = entries;
        _restored = entries.Count;
        References = references;
        Frame = frame;
    }

    public RestoreScope Scope { get; }

    /// <summary>The blobs that what is restored refers to, once for each entry that does.</summary>
    public IReadOnlyList<BlobId> References { get; }

    /// <summary>What <see cref="BlobLedger.Clearings"/> was when these were recalled.</summary>
    public int RecalledAt { get; set; }

    /// <summary>Whether its frame may be in the journal, or it is committed: from then on what it needs must stay. Set right before the frame is appended.</summary>
    public bool IsBegun { get; set; }

    /// <summary>The body of the journal's frame.</summary>
    public byte[] Frame { get; }

    /// <summary>The second table; after the commit it has the former entries.</summary>
    public RecordTable Table { get; private set; } = new();

    /// <summary>What is changed while the table is being built; null where everything is replaced, so that nothing of it matters.</summary>
    public RestoreBacklog? Backlog { get; private set; }

    /// <summary>How many entries were restored, each key once.</summary>
    public int Count { get; private set; }

    /// <summary>Begins anew: what is committed from here on, right after a capture, is kept for the table. Gate.</summary>
    public RestoreBacklog? BeginBacklog() => Backlog = Scope.IsEverything ? null : new(Scope);

    /// <summary>Makes the table.</summary>
    /// <param name="current">The live records, of which those outside of the scope stay; nothing where everything is replaced.</param>
    public void Build(IEnumerable<Record> current)
    {
        // Of an attempt before.
        _entries.Truncate(_restored);
        foreach (var record in current)
        {
            if (!Scope.Includes(record))
            {
                _entries.Add(record);
            }
        }

        _kept = _entries.Count - _restored;
        Table = RecordTable.Load(_entries);

        // A key that a file brings twice is in the table once.
        Count = Table.Count - _kept;
    }

    /// <summary>Takes over what was changed meanwhile, in order.</summary>
    public void CatchUp(IReadOnlyList<RestoreBacklog.Change> changes)
    {
        foreach (var change in changes)
        {
            if (change.IsRemoval)
            {
                Table.Remove(change.Record.Key);
            }
            else
            {
                Table.Put(change.Record);
            }
        }
    }

    /// <summary>After the commit: the blobs that what was replaced refers to, once for each entry that did.</summary>
    public IReadOnlyList<BlobId> FindReplacedReferences()
    {
        var references = new List<BlobId>();
        foreach (var record in Table.EnumerateRecords())
        {
            if ((record.Flags & RecordFlags.Blob) != 0 && Scope.Includes(record) && BlobId.TryParse(record.BlobReference, out var id))
            {
                references.Add(id);
            }
        }

        return references;
    }
}
