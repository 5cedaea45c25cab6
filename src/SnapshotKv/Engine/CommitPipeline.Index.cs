using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <content>The ordered indexes, of keys and of tags. A store that never asks by prefix or by tag never builds them.</content>
internal sealed partial class CommitPipeline
{
    private readonly OrderedIndex _keys;
    private readonly OrderedIndex _tags;

    /// <summary>The keys in the order of their bytes.</summary>
    public PrefixIndex EnsureIndex() => _keys.Ensure();

    /// <summary>The <see cref="TagKey"/>s in the order of their bytes.</summary>
    public PrefixIndex EnsureTagIndex() => _tags.Ensure();

    private Record[] CaptureForIndex(Action atTheInstant) => Capture(() =>
    {
        ThrowIfClosed();
        atTheInstant();
    });

    private static IndexedKey[] SortedKeys(Record[] records)
    {
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

    private static IndexedKey[] SortedTags(Record[] records)
    {
        var sorted = new List<IndexedKey>();
        foreach (var record in records)
        {
            if (IsTagged(record))
            {
                foreach (var tag in TagList.Enumerate(record.Tags))
                {
                    sorted.Add(new(TagKey.Create(tag, record.Key), record.Deadline != 0));
                }
            }
        }

        sorted.Sort(static (left, right) => left.Key.AsSpan().SequenceCompareTo(right.Key));

        // A file may bring a tag twice in one entry.
        return sorted.Where((item, i) => i == 0 || !item.Key.AsSpan().SequenceEqual(sorted[i - 1].Key)).ToArray();
    }

    /// <summary>Keys that are not UTF-8 are out of reach for strings, so prefix and tag calls skip them.</summary>
    private static bool IsIndexed(Record record) => (record.Flags & RecordFlags.OpaqueKey) == 0;

    private static bool IsTagged(Record record) => !record.IsNull && (record.Flags & (RecordFlags.OpaqueKey | RecordFlags.Tags)) == RecordFlags.Tags;

    /// <summary>Gate: tells the indexes of a change. Overwriting touches that of the keys only when the entry begins to have a deadline.</summary>
    private void IndexChange(Record before, Record after)
    {
        if (!_keys.IsKept && !_tags.IsKept)
        {
            return;
        }

        var either = before.IsNull ? after : before;
        if (either.IsNull || !IsIndexed(either))
        {
            return;
        }

        if (_keys.IsKept)
        {
            IndexKey(before, after);
        }

        if (_tags.IsKept)
        {
            IndexTags(before, after);
        }
    }

    private void IndexKey(Record before, Record after)
    {
        if (after.IsNull)
        {
            _keys.Remove(before.Key);
        }
        else if (before.IsNull || (before.Deadline == 0 && after.Deadline != 0))
        {
            _keys.Add(after.Key.ToArray(), after.Deadline != 0);
        }
    }

    private void IndexTags(Record before, Record after)
    {
        if (IsTagged(before))
        {
            foreach (var tag in TagList.Enumerate(before.Tags))
            {
                _tags.Remove(TagKey.Create(tag, before.Key));
            }
        }

        if (IsTagged(after))
        {
            foreach (var tag in TagList.Enumerate(after.Tags))
            {
                _tags.Add(TagKey.Create(tag, after.Key), after.Deadline != 0);
            }
        }
    }
}
