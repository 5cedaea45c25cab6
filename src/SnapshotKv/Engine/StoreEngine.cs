using System.Runtime.CompilerServices;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>The open store as its keyspaces see it: lookups judged by the clock, slides, and writes that wake the background work.</summary>
/// <remarks>Thread-safe. Reads take no lock and do no I/O.</remarks>
internal sealed class StoreEngine(CommitPipeline pipeline, KvClock clock, MaintenanceRunner maintenance)
{
    private volatile bool _isClosed;

    public KvClock Clock { get; } = clock;

    public CommitPipeline Pipeline { get; } = pipeline;

    private RecordTable Table { get; } = pipeline.Table;

    /// <summary>The live record of a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Record Find(ReadOnlySpan<byte> key)
    {
        ThrowIfClosed();
        var record = Table.Find(key);
        return record.IsNull || (record.Deadline != 0 && IsDead(record, out _)) ? default : record;
    }

    /// <summary>The live record of a key, whose sliding expiry, if it has one, is moved.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Record Read(ReadOnlySpan<byte> key)
    {
        ThrowIfClosed();
        var record = Table.Find(key);
        return record.IsNull || record.Deadline == 0 ? record : ReadExpiring(record);
    }

    public void Set(Record record)
    {
        ThrowIfClosed();
        Pipeline.Set(record);
        maintenance.NoteChange();
    }

    public bool Remove(ReadOnlySpan<byte> key)
    {
        ThrowIfClosed();
        var removed = Pipeline.Remove(key);
        maintenance.NoteChange();
        return removed;
    }

    public void Apply(Span<TableChange> changes)
    {
        ThrowIfClosed();
        Pipeline.Apply(changes);
        maintenance.NoteChange();
    }

    public long RemoveByPrefix(byte[] prefix)
    {
        ThrowIfClosed();
        var removed = prefix.Length == 0 && Table.OpaqueCount == 0 ? Pipeline.Clear() : Pipeline.RemoveByPrefix(prefix);
        maintenance.NoteChange();
        return removed;
    }

    /// <summary>Removes everything, keys that no string reaches too.</summary>
    public long Clear()
    {
        ThrowIfClosed();
        var removed = Pipeline.Clear();
        maintenance.NoteChange();
        return removed;
    }

    /// <summary>The live keys under a prefix, in order; read while it is enumerated.</summary>
    public IEnumerable<byte[]> Keys(byte[] prefix)
    {
        ThrowIfClosed();
        return LiveKeys(Pipeline.EnsureIndex(), prefix);
    }

    public long Count(byte[] prefix)
    {
        ThrowIfClosed();
        if (prefix.Length == 0 && Table.ExpiringCount == 0 && Table.OpaqueCount == 0)
        {
            return Table.Count;
        }

        long count = 0;
        foreach (var key in Pipeline.EnsureIndex().Enumerate(prefix))
        {
            count += IsLive(key) ? 1 : 0;
        }

        return count;
    }

    /// <summary>From here on every operation throws <see cref="ObjectDisposedException"/>.</summary>
    public void Close()
    {
        _isClosed = true;
        Pipeline.Close();
    }

    public void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_isClosed, typeof(KvStore));

    private IEnumerable<byte[]> LiveKeys(PrefixIndex index, byte[] prefix)
    {
        foreach (var key in index.Enumerate(prefix))
        {
            ThrowIfClosed();
            if (IsLive(key))
            {
                yield return key.Key;
            }
        }
    }

    private Record ReadExpiring(Record record)
    {
        if (IsDead(record, out var now))
        {
            return default;
        }

        if ((record.Flags & RecordFlags.Sliding) != 0)
        {
            Slide(record, now);
        }

        return record;
    }

    /// <summary>
    /// Judges by a deadline that still stood after the clock was read: between the two this thread may have slept for as long as others slid the
    /// entry on, and it would declare dead what was alive all the time.
    /// </summary>
    private bool IsDead(Record record, out long now)
    {
        while (true)
        {
            var deadline = record.Deadline;
            if (!Clock.HasCome(deadline, out now))
            {
                return false;
            }

            if (record.Deadline == deadline)
            {
                return true;
            }
        }
    }

    private bool IsLive(IndexedKey key) => !key.MayExpire || !Find(key.Key).IsNull;

    private void Slide(Record record, long now)
    {
        var slid = now + record.SlidingWindow;
        if (record.Cap is not 0 and var cap)
        {
            slid = Math.Min(slid, cap);
        }

        // Never lowered: of two reads at once the later one counts.
        for (var deadline = record.Deadline; slid > deadline; deadline = record.Deadline)
        {
            if (record.TryMoveDeadline(deadline, slid))
            {
                maintenance.NoteSlide();
                return;
            }
        }
    }
}
