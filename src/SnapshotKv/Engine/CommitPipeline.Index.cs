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
        var records = capture.AllRecords();
        var sorted = new List<(ulong Head, Record Record)>(records.Length);
        for (var i = 0; i < records.Length; i++)
        {
            RecordPrefetch.Ahead(records, i);
            if (IsIndexed(records[i]))
            {
                sorted.Add((KeyOrder.Head(records[i].Key), records[i]));
            }
        }

        sorted.Sort(static (left, right) => KeyOrder.Compare(left.Head, left.Record.Key, right.Head, right.Record.Key));

        // Copied in order, so that keys that are read one after the other lie one behind the other.
        return sorted.ConvertAll(static item => new IndexedKey(item.Record.Key.ToArray(), item.Record.Deadline != 0)).ToArray();
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
        _index?.Clear();
    }
}
