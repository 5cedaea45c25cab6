using System.Buffers.Binary;
using System.Text.Unicode;
using SnapshotKv.Format;
using SnapshotKv.Journal;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>
/// Reads what the journal's frames say, for whoever carries it out: on a state that nobody else sees yet, or on a live one. All of a frame is read before the first
/// change is made, so that it is carried out whole or not at all.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal abstract class FrameSink : IJournalSink
{
    private readonly List<TableChange> _changes = [];

    /// <summary>The number up to which what an entry was set by need not be the same here as in the process that wrote the notes.</summary>
    private ulong _settled;

    /// <param name="settled">The number of the state's snapshot, which all entries from there bear; or what <see cref="Settled"/> of the sink before was.</param>
    protected FrameSink(ulong settled) => _settled = settled;

    /// <summary>Goes on in another sink.</summary>
    public ulong Settled => _settled;

    public void Enter(ulong continues) => _settled = Math.Max(_settled, continues);

    public void Apply(in JournalFrame frame, ReadOnlySpan<byte> body)
    {
        switch (frame.Kind)
        {
            case JournalFrameKind.Changes:
                ReadChanges(body, frame.Sequence);
                Commit(_changes, frame.Sequence);
                break;
            case JournalFrameKind.Clear when body.IsEmpty:
                Clear(frame.Sequence);
                break;
            case JournalFrameKind.RemoveByPrefix when Utf8.IsValid(body):
                RemoveByPrefix(body, frame.Sequence);
                break;
            case JournalFrameKind.RemoveByTag when body.Length >= sizeof(ushort) && BinaryPrimitives.ReadUInt16BigEndian(body) <= body.Length - sizeof(ushort):
                RemoveByTag(body, frame.Sequence);
                break;
            case JournalFrameKind.Restore:
                Restore(JournalRestore.Read(body), frame.Sequence);
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
    }

    /// <summary>A commit of changes, in their order.</summary>
    /// <param name="changes">The sink's to change.</param>
    /// <param name="number">The commit's number, which the records bear already.</param>
    protected abstract void Commit(List<TableChange> changes, ulong number);

    /// <summary>A commit that removes everything.</summary>
    protected abstract void Clear(ulong number);

    /// <summary>A commit that removes all keys with a prefix, but for those that are not UTF-8.</summary>
    protected abstract void RemoveByPrefix(ReadOnlySpan<byte> prefix, ulong number);

    /// <summary>A commit that removes all entries with a tag whose keys begin with a prefix.</summary>
    /// <param name="tagPrefix">The <see cref="TagKey"/> of both.</param>
    /// <param name="number">The commit's number.</param>
    protected abstract void RemoveByTag(ReadOnlySpan<byte> tagPrefix, ulong number);

    /// <summary>A commit that puts what a snapshot has in the place of what there is.</summary>
    /// <exception cref="JournalDamageException">The snapshot is not there any more, or is another one.</exception>
    protected abstract void Restore(JournalRestore frame, ulong number);

    /// <summary>The entry that has a key now.</summary>
    protected abstract Record Find(ReadOnlySpan<byte> key);

    /// <summary>A sliding expiry has moved.</summary>
    /// <param name="record">The entry, of which it is known that it is the one that was meant.</param>
    /// <param name="deadline">Its deadline, not beyond its cap.</param>
    protected abstract void Slide(Record record, long deadline);

    /// <summary>A sliding expiry has moved of an entry that is not there, or not as it was then. Nothing to do where the state need not be the owner's.</summary>
    /// <param name="deadline">Its deadline.</param>
    protected virtual void MissSlide(long deadline)
    {
    }

    /// <summary>A serializer has claimed a prefix.</summary>
    protected abstract void Claim(string prefix, string name);

    /// <summary>The claims on a prefix and on all under it were given up.</summary>
    protected abstract void Forget(string prefix);

    private void ReadChanges(ReadOnlySpan<byte> body, ulong number)
    {
        _changes.Clear();
        while (!body.IsEmpty)
        {
            var bytes = JournalChange.Read(ref body, out var kind);
            _changes.Add(kind == JournalChange.Set ? new TableChange(RecordReader.Read(bytes, number)) : new TableChange(bytes.ToArray()));
        }
    }

    private void ApplySlides(ReadOnlySpan<byte> body)
    {
        var rest = body;
        while (!rest.IsEmpty)
        {
            JournalSlide.Read(ref rest, out _, out _);
        }

        while (!body.IsEmpty)
        {
            var key = JournalSlide.Read(ref body, out var of, out var deadline);
            var record = Find(key);
            deadline &= ~Record.SlideMark;
            if (record.IsNull || (record.Flags & RecordFlags.Sliding) == 0 || !IsSame(record, of))
            {
                MissSlide(deadline);
            }
            else
            {
                // Never beyond the cap, whatever a file says.
                Slide(record, record.Cap is not 0 and var cap ? Math.Min(deadline, cap) : deadline);
            }
        }
    }

    /// <summary>
    /// Whether a slide was of the entry as it is now. What a snapshot brought has that snapshot's number, here as in the process that wrote the note, and theirs
    /// need not be the same snapshot: but both are no higher than what the opening found, and a change since would be.
    /// </summary>
    private bool IsSame(Record record, ulong of) => record.OwnSequence == of || (record.OwnSequence <= _settled && of <= _settled);

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
                Claim(prefix, name);
            }
            else
            {
                Forget(prefix);
            }
        }
    }
}
