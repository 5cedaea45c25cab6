using System.Buffers.Binary;
using System.Text.Unicode;
using SnapshotKv.Blobs;
using SnapshotKv.Format;
using SnapshotKv.Journal;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>
/// Carries out what a journal holds on the state that a snapshot left, as the pipeline did when it was written: the entries, who refers to which blob, which
/// serializer claimed what. Nobody else sees the state yet.
/// </summary>
internal sealed class JournalReplay : IJournalSink
{
    private readonly RecordTable _table;
    private readonly BlobLedger _ledger;
    private readonly Dictionary<string, string> _serializers;
    private readonly ulong _loaded;

    private readonly List<(Record Record, byte[]? Removed)> _changes = [];
    private readonly ReplayIndex _index;
    private ulong _settled;
    private bool _hasJson;
    private bool _hasMessagePack;

    /// <param name="table">The snapshot's entries.</param>
    /// <param name="ledger">Its blobs.</param>
    /// <param name="serializers">Its claims.</param>
    /// <param name="sequence">Its number, which all its entries have.</param>
    public JournalReplay(RecordTable table, BlobLedger ledger, Dictionary<string, string> serializers, ulong sequence)
    {
        _table = table;
        _ledger = ledger;
        _serializers = serializers;
        _index = new ReplayIndex(table);
        _loaded = _settled = sequence;
    }

    /// <summary>Whether anything was set in another format than this.</summary>
    public bool HasOther(KvFormat format) => format == KvFormat.Json ? _hasMessagePack : _hasJson;

    /// <summary>Whether there was a commit, or a note that changed something.</summary>
    public bool HasChanged { get; private set; }

    public void Enter(ulong continues) => _settled = Math.Max(_loaded, continues);

    public void Apply(in JournalFrame frame, ReadOnlySpan<byte> body)
    {
        switch (frame.Kind)
        {
            case JournalFrameKind.Changes:
                ApplyChanges(body, frame.Sequence);
                break;
            case JournalFrameKind.Clear when body.IsEmpty:
                _table.Clear();
                _index.Clear();
                _ledger.RetireAll(frame.Sequence);
                break;
            case JournalFrameKind.RemoveByPrefix when Utf8.IsValid(body):
                Remove(_index.FindByPrefix(body), frame.Sequence);
                break;
            case JournalFrameKind.RemoveByTag when body.Length >= sizeof(ushort) && BinaryPrimitives.ReadUInt16BigEndian(body) <= body.Length - sizeof(ushort):
                Remove(_index.FindByTag(body), frame.Sequence);
                break;
            case JournalFrameKind.Slides:
                ApplySlides(body);
                break;
            case JournalFrameKind.Claims:
                ApplyClaims(body);
                break;
            default:
                throw new JournalDamageException($"a frame of the kind {(uint)frame.Kind} with {body.Length} bytes is none that can be carried out");
        }

        HasChanged |= frame.IsCommit;
    }

    /// <summary>All changes are read before the first is made: a commit is carried out whole or not at all.</summary>
    private void ApplyChanges(ReadOnlySpan<byte> body, ulong number)
    {
        if (body.IsEmpty)
        {
            return;
        }

        var change = ReadChange(ref body, number);
        if (body.IsEmpty && change.Removed is null)
        {
            // As most commits are: one key set.
            Put(change.Record, number);
            return;
        }

        _changes.Clear();
        _changes.Add(change);
        while (!body.IsEmpty)
        {
            _changes.Add(ReadChange(ref body, number));
        }

        foreach (var (record, removed) in _changes)
        {
            if (removed is null)
            {
                Put(record, number);
            }
            else
            {
                Remove(removed, number);
            }
        }
    }

    private static (Record Record, byte[]? Removed) ReadChange(ref ReadOnlySpan<byte> body, ulong number)
    {
        var bytes = JournalChange.Read(ref body, out var kind);
        return kind == JournalChange.Set ? (RecordReader.Read(bytes, number), null) : (default, bytes.ToArray());
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
        foreach (var key in keys)
        {
            Remove(key, number);
        }
    }

    private void Remove(byte[] key, ulong number)
    {
        var before = _table.Remove(key);
        _ledger.Note(before, default, number);
        _index.Note(before, default);
    }

    private void ApplySlides(ReadOnlySpan<byte> body)
    {
        // Looked through first, as with a commit.
        var rest = body;
        while (!rest.IsEmpty)
        {
            JournalSlide.Read(ref rest, out _, out _);
        }

        while (!body.IsEmpty)
        {
            var key = JournalSlide.Read(ref body, out var of, out var deadline);
            var record = _table.Find(key);
            if (!record.IsNull && (record.Flags & RecordFlags.Sliding) != 0 && IsSame(record, of))
            {
                Slide(record, deadline & ~1L);
            }
        }
    }

    /// <summary>
    /// Whether a slide was of the entry as it is now. What a snapshot brought has that snapshot's number, here as in the process that wrote the note, and theirs
    /// need not be the same snapshot: but both are no higher than what the opening found, and a change since would be.
    /// </summary>
    private bool IsSame(Record record, ulong of) => record.Sequence == of || (record.Sequence <= _settled && of <= _settled);

    /// <summary>Never lowered, and never beyond the cap, whatever a file says.</summary>
    private void Slide(Record record, long deadline)
    {
        deadline = record.Cap is not 0 and var cap ? Math.Min(deadline, cap) : deadline;
        var current = record.Deadline;
        if (deadline > current)
        {
            HasChanged |= record.TryMoveDeadline(current, deadline);
        }
    }

    private void ApplyClaims(ReadOnlySpan<byte> body)
    {
        var rest = body;
        while (!rest.IsEmpty)
        {
            JournalClaim.Read(ref rest, out _);
        }

        while (!body.IsEmpty)
        {
            var prefix = JournalClaim.Read(ref body, out var name);
            if (name is not null)
            {
                HasChanged |= _serializers.TryAdd(prefix, name);
                continue;
            }

            foreach (var claimed in _serializers.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).ToArray())
            {
                HasChanged |= _serializers.Remove(claimed);
            }
        }
    }
}
