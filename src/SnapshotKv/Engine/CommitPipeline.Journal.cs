using System.Buffers;
using SnapshotKv.Format;
using SnapshotKv.Journal;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <content>What the journal is told: commits, before they are carried out, and what happens between them.</content>
internal sealed partial class CommitPipeline
{
    /// <summary>A body that took more than this is not kept for the next one.</summary>
    private const int LargestKeptBody = 1 << 20;

    /// <summary>In the gate: where a frame's body is put together.</summary>
    private ArrayBufferWriter<byte> _body = new();

    /// <summary>A serializer claims a prefix, or the claims on it and all under it are given up. Before anything of it is committed.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="name">The serializer; null when the claims are given up.</param>
    /// <param name="change">Makes it so, in the gate: a snapshot that is captured afterwards has it, and one captured before is followed by the note.</param>
    /// <returns>Whether the journal had room; if not, nothing was done.</returns>
    public bool TryNoteClaim(string prefix, string? name, Action change)
    {
        lock (_gate)
        {
            if (_journal is not null && !_isClosed)
            {
                _body.ResetWrittenCount();
                JournalClaim.Write(_body, prefix, name);
                if (!TryAppendNote(JournalFrameKind.Claims))
                {
                    return false;
                }
            }

            change();
            return true;
        }
    }

    /// <summary>Sliding expiries have moved.</summary>
    /// <param name="slides">The records, with their deadlines.</param>
    /// <returns>Whether the journal had room; if not, nothing was done.</returns>
    public bool TryNoteSlides(ReadOnlySpan<(Record Record, long Deadline)> slides)
    {
        lock (_gate)
        {
            if (_journal is null || _isClosed)
            {
                return true;
            }

            _body.ResetWrittenCount();
            foreach (var (record, deadline) in slides)
            {
                // Only of who is still there: another that has taken its place lives by its own life.
                if (ReferenceEquals(Table.Find(record.Key).Bytes, record.Bytes))
                {
                    JournalSlide.Write(_body, record, deadline);
                }
            }

            return _body.WrittenCount == 0 || TryAppendNote(JournalFrameKind.Slides);
        }
    }

    /// <summary>Before a snapshot is captured: sees to it that the journal leads on to what it will hold, also where nothing was committed since the opening.</summary>
    /// <inheritdoc cref="JournalWriter.TryReserve" path="/exception"/>
    public void BeginJournal()
    {
        lock (_gate)
        {
            _journal?.BeginBeforeCommits();
        }
    }

    private bool TryAppendNote(JournalFrameKind kind)
    {
        if (!_journal!.TryReserve(_body.WrittenCount))
        {
            return false;
        }

        _journal.Append(kind, _sequence, _body.WrittenSpan, Crc32C.Of(_body.WrittenSpan), isDirect: false);
        return true;
    }

    /// <summary>In the gate: appends what was put together.</summary>
    private void AppendBody(JournalFrameKind kind, bool isDirect)
    {
        _journal!.Append(kind, _sequence + 1, _body.WrittenSpan, Crc32C.Of(_body.WrittenSpan), isDirect);
        if (_body.Capacity > LargestKeptBody)
        {
            _body = new();
        }
    }

    /// <summary>Before the gate: the body of a commit whose changes are complete already.</summary>
    private ArrayBufferWriter<byte>? EncodeBefore(ReadOnlySpan<TableChange> changes, out uint checksum)
    {
        checksum = 0;
        if (_journal is null)
        {
            return null;
        }

        foreach (ref readonly var change in changes)
        {
            if (change.Update != RecordUpdate.All)
            {
                return null;
            }
        }

        var size = LargestBody(changes);

        // Before the encoding: what no buffer could hold is refused as what no segment can.
        _journal.ThrowIfTooLarge(JournalFrame.SizeOf(size));
        var body = new ArrayBufferWriter<byte>(checked((int)Math.Max(size, 1)));
        Encode(changes, body);
        checksum = Crc32C.Of(body.WrittenSpan);
        return body;
    }

    private static void Encode(ReadOnlySpan<TableChange> changes, ArrayBufferWriter<byte> body)
    {
        foreach (ref readonly var change in changes)
        {
            if (change.After.IsNull)
            {
                JournalChange.WriteRemove(body, change.Key);
            }
            else
            {
                JournalChange.WriteSet(body, change.After);
            }
        }
    }

    /// <summary>The bytes that a body takes at most, when its updates are joined with what is there.</summary>
    private long LargestBody(ReadOnlySpan<TableChange> changes)
    {
        long size = 0;
        foreach (ref readonly var change in changes)
        {
            var length = change.After.IsNull ? change.Key.Length : change.After.Bytes!.Length;
            if (change.Update != RecordUpdate.All && Table.Find(change.Key) is { IsNull: false } current)
            {
                length += current.Bytes!.Length;
            }

            size += JournalChange.SizeOf(length);
        }

        return size;
    }
}
