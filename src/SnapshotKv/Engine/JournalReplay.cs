using SnapshotKv.Blobs;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>
/// Carries out what a journal holds on the state that a snapshot left, as the pipeline did when it was written: the entries, who refers to which blob, which
/// serializer claimed what. Nobody else sees the state yet.
/// </summary>
internal sealed class JournalReplay : FrameSink
{
    private readonly RecordTable _table;
    private readonly BlobLedger _ledger;
    private readonly Dictionary<string, string> _serializers;
    private readonly ReplayIndex _index;
    private readonly RestoreSource? _source;
    private bool _hasJson;
    private bool _hasMessagePack;

    /// <param name="table">The snapshot's entries.</param>
    /// <param name="ledger">Its blobs.</param>
    /// <param name="serializers">Its claims.</param>
    /// <param name="sequence">Its number, which all its entries have.</param>
    /// <param name="source">Where restores find the snapshots that they name; null where none are to be had.</param>
    public JournalReplay(RecordTable table, BlobLedger ledger, Dictionary<string, string> serializers, ulong sequence, RestoreSource? source = null)
        : base(sequence)
    {
        _source = source;
        _table = table;
        _ledger = ledger;
        _serializers = serializers;
        _index = new ReplayIndex(table);
    }

    /// <summary>Whether anything was set in another format than this.</summary>
    public bool HasOther(KvFormat format) => format == KvFormat.Json ? _hasMessagePack : _hasJson;

    /// <summary>Whether there was a commit, or a note that changed something.</summary>
    public bool HasChanged { get; private set; }

    protected override void Commit(List<TableChange> changes, ulong number)
    {
        HasChanged = true;
        foreach (var change in changes)
        {
            if (change.After.IsNull)
            {
                Remove(change.Key, number);
            }
            else
            {
                Put(change.After, number);
            }
        }
    }

    protected override void Clear(ulong number)
    {
        HasChanged = true;
        _table.Clear();
        _index.Clear();
        _ledger.RetireAll(number);
    }

    protected override void RemoveByPrefix(ReadOnlySpan<byte> prefix, ulong number) => Remove(_index.FindByPrefix(prefix), number);

    protected override void RemoveByTag(ReadOnlySpan<byte> tagPrefix, ulong number) => Remove(_index.FindByTag(tagPrefix), number);

    /// <summary>As the pipeline does it, but that nobody writes meanwhile.</summary>
    protected override void Restore(JournalRestore frame, ulong number)
    {
        var source = _source ?? throw new JournalDamageException($"a restore of the snapshot '{frame.Snapshot}' cannot be carried out here");
        var restore = source.LoadAgain(frame, sequence: 0, out var format);
        restore.Build(restore.Scope.IsEverything ? [] : _table.EnumerateRecords());
        HasChanged = true;
        if (restore.Count > 0)
        {
            _hasJson |= format == KvFormat.Json;
            _hasMessagePack |= format == KvFormat.MessagePack;
        }

        var clearings = _ledger.Recall(restore.References);
        _table.ReplaceWith(restore.Table);
        _ledger.Retire(restore.FindReplacedReferences(), number, clearings);
        _index.Forget();
    }

    protected override Record Find(ReadOnlySpan<byte> key) => _table.Find(key);

    /// <summary>Never lowered.</summary>
    protected override void Slide(Record record, long deadline)
    {
        var current = record.Deadline;
        if (deadline > current)
        {
            HasChanged |= record.TryMoveDeadline(current, deadline);
        }
    }

    protected override void Claim(string prefix, string name) => HasChanged |= _serializers.TryAdd(prefix, name);

    protected override void Forget(string prefix)
    {
        foreach (var claimed in _serializers.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).ToArray())
        {
            HasChanged |= _serializers.Remove(claimed);
        }
    }

    private void Put(Record record, ulong number)
    {
        _hasJson |= record.Format == KvFormat.Json;
        _hasMessagePack |= record.Format == KvFormat.MessagePack;
        var before = _table.Put(record);
        _ledger.Note(before, record, number);
        _index.Note(before, record);
    }

    private void Remove(IReadOnlyList<byte[]> keys, ulong number)
    {
        HasChanged = true;
        foreach (var key in keys)
        {
            Remove(key, number);
        }
    }

    private void Remove(ReadOnlySpan<byte> key, ulong number)
    {
        var before = _table.Remove(key);
        _ledger.Note(before, default, number);
        _index.Note(before, default);
    }
}
