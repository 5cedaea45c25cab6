using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <content>The ordered index: built at the first prefix call from a capture, beside the writers, and kept up from then on.</content>
internal sealed partial class CommitPipeline
{
    private readonly Lock _building = new();
    private PrefixIndex? _index;
    private IndexDelta? _delta;

    /// <summary>The index, built when this is the first call that needs it.</summary>
    public PrefixIndex EnsureIndex()
    {
        if (Volatile.Read(ref _index) is { } ready)
        {
            return ready;
        }

        lock (_building)
        {
            return _index ?? BuildIndex();
        }
    }

    private PrefixIndex BuildIndex()
    {
        var buffer = NewSlotBuffer();
        Capture capture;
        lock (_gate)
        {
            ThrowIfClosed();
            capture = CaptureInGate(ref buffer);
            _delta = new IndexDelta();
        }

        try
        {
            var built = PrefixIndex.Build(SortedKeys(capture));
            lock (_gate)
            {
                Volatile.Write(ref _index, _delta.ApplyTo(built));
                return _index!;
            }
        }
        finally
        {
            lock (_gate)
            {
                _delta = null;
            }
        }
    }

    private static IndexedKey[] SortedKeys(Capture capture)
    {
        var keys = new List<(ulong Head, IndexedKey Key)>(capture.SlotCount / 2);
        foreach (ref var slot in capture.Slots.AsSpan(0, capture.SlotCount))
        {
            if (slot.Value is not null && new Record((byte[])slot.Value) is var record && IsIndexed(record))
            {
                keys.Add((KeyOrder.Head(record.Key), new(record.Key.ToArray(), record.Deadline != 0)));
            }
        }

        keys.Sort(static (left, right) => KeyOrder.Compare(left.Head, left.Key.Key, right.Head, right.Key.Key));
        return keys.ConvertAll(static key => key.Key).ToArray();
    }

    /// <summary>Keys that are not UTF-8 are out of reach for strings, so prefix calls skip them.</summary>
    private static bool IsIndexed(Record record) => (record.Flags & RecordFlags.OpaqueKey) == 0;

    /// <summary>Gate: tells the index of a change. Overwriting touches it only when the entry begins to have a deadline.</summary>
    private void IndexChange(Record before, Record after)
    {
        var either = before.IsNull ? after : before;
        if ((_index is null && _delta is null) || either.IsNull || !IsIndexed(either))
        {
            return;
        }

        if (after.IsNull)
        {
            _index?.Remove(before.Key);
            _delta?.Remove(before.Key.ToArray());
        }
        else if (before.IsNull || (before.Deadline == 0 && after.Deadline != 0))
        {
            var key = after.Key.ToArray();
            _index?.Add(key, after.Deadline != 0);
            _delta?.Add(key, after.Deadline != 0);
        }
    }

    private void IndexClear()
    {
        _delta?.Clear();
        if (_index is not null)
        {
            Volatile.Write(ref _index, new PrefixIndex());
        }
    }
}
