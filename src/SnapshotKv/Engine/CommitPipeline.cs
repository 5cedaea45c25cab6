using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>
/// Orders all writes: each commit gets its number, is applied and published under the gate, one after the other. Reads never come here; they go
/// to the table.
/// </summary>
/// <remarks>Thread-safe. The gate is held for changing memory only: encoding comes before it, saving happens beside it.</remarks>
internal sealed partial class CommitPipeline(RecordTable table, KvClock clock, ulong sequence)
{
    /// <summary>How many dead entries a sweep removes before it lets waiting writers in.</summary>
    private const int SweepBatch = 128;

    private readonly Lock _gate = new();
    private ulong _sequence = sequence;
    private bool _isClosed;

    public RecordTable Table { get; } = table;

    /// <summary>The number of the last commit.</summary>
    public ulong Sequence => Volatile.Read(ref _sequence);

    /// <summary>Sets one key, and returns the record it had before.</summary>
    public Record Set(Record record)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            record.SetSequence(NextSequence());
            var before = Table.Put(record);
            IndexChange(before, record);
            return before;
        }
    }

    /// <summary>Removes one key. A key that is not there makes no commit.</summary>
    /// <returns>Whether a live entry was removed.</returns>
    public bool Remove(ReadOnlySpan<byte> key)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            var before = Table.Remove(key);
            if (before.IsNull)
            {
                return false;
            }

            NextSequence();
            IndexChange(before, default);
            return !clock.HasCome(before.Deadline);
        }
    }

    /// <summary>Carries out several changes as one commit, no key twice.</summary>
    public void Apply(Span<TableChange> changes)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            ApplyInGate(changes);
        }
    }

    /// <summary>Removes everything as one commit.</summary>
    /// <returns>How many live entries were removed.</returns>
    public long Clear()
    {
        var buffer = NewSlotBuffer();
        Capture before;
        lock (_gate)
        {
            ThrowIfClosed();
            before = CaptureInGate(ref buffer);
            if (before.SlotCount == 0)
            {
                return 0;
            }

            NextSequence();
            Table.Clear();
            IndexClear();
        }

        return before.LiveRecords(clock.Now).Length;
    }

    /// <summary>Removes all keys that begin with a prefix, as one commit.</summary>
    /// <returns>How many live entries were removed.</returns>
    public long RemoveByPrefix(byte[] prefix)
    {
        var index = EnsureIndex();
        lock (_gate)
        {
            ThrowIfClosed();
            var changes = new List<TableChange>();
            foreach (var key in index.Enumerate(prefix))
            {
                changes.Add(new TableChange(key.Key));
            }

            if (changes.Count == 0)
            {
                return 0;
            }

            var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(changes);
            ApplyInGate(span);
            long live = 0;
            foreach (ref readonly var change in span)
            {
                live += !change.Before.IsNull && !clock.HasCome(change.Before.Deadline) ? 1 : 0;
            }

            return live;
        }
    }

    /// <summary>Removes the dead entries of one part of the table; between two parts waiting writers come in.</summary>
    /// <param name="position">Where the part begins; moved behind it.</param>
    /// <returns>How many were removed.</returns>
    public int RemoveExpired(ref RecordTable.SweepPosition position)
    {
        var removed = new Record[SweepBatch];
        lock (_gate)
        {
            ThrowIfClosed();
            var count = Table.RemoveExpired(ref position, clock.Now, removed);
            foreach (var record in removed.AsSpan(0, count))
            {
                IndexChange(record, default);
            }

            return count;
        }
    }

    /// <summary>Copies the table's references between two commits.</summary>
    public Capture Capture()
    {
        var buffer = NewSlotBuffer();
        lock (_gate)
        {
            return CaptureInGate(ref buffer);
        }
    }

    /// <summary>Lets no further commit in.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }
    }

    private void ApplyInGate(Span<TableChange> changes)
    {
        if (!ChangesAnything(changes))
        {
            return;
        }

        var number = NextSequence();
        foreach (ref var change in changes)
        {
            if (!change.After.IsNull)
            {
                change.After.SetSequence(number);
            }
        }

        Table.Apply(changes);
        foreach (ref readonly var change in changes)
        {
            IndexChange(change.Before, change.After);
        }
    }

    /// <summary>Removing only keys that are not there is no commit, be it one or many.</summary>
    private bool ChangesAnything(ReadOnlySpan<TableChange> changes)
    {
        foreach (ref readonly var change in changes)
        {
            if (!change.After.IsNull || !Table.Find(change.Key).IsNull)
            {
                return true;
            }
        }

        return false;
    }

    private Capture CaptureInGate(ref TableShard.Slot[] buffer)
    {
        if (buffer.Length < Table.SlotCount)
        {
            buffer = new TableShard.Slot[Table.SlotCount];
        }

        return new(_sequence, buffer, Table.CopySlots(buffer), Table.Count, Table.ExpiringCount > 0);
    }

    /// <summary>
    /// Room for the table and some growth, made and touched before the gate is taken: the kernel takes longer to hand over that much memory than the copy
    /// takes.
    /// </summary>
    private TableShard.Slot[] NewSlotBuffer()
    {
        var buffer = new TableShard.Slot[Table.SlotCount + (Table.SlotCount / 16)];
        Array.Clear(buffer);
        return buffer;
    }

    private ulong NextSequence()
    {
        Volatile.Write(ref _sequence, _sequence + 1);
        return _sequence;
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_isClosed, typeof(KvStore));
}
