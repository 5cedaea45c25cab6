using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>
/// Finds the keys that a replayed removal by prefix or by tag is about. The first such removals look through the whole table, which costs less than an index
/// for a few; a journal that has more of them gets one.
/// </summary>
internal sealed class ReplayIndex(RecordTable table)
{
    private const int WorthAnIndex = 4;

    private PrefixIndex? _keys;
    private PrefixIndex? _tags;
    private int _prefixScans;
    private int _tagScans;

    /// <summary>The keys that begin with a prefix, those left out that are not UTF-8: as the store itself finds them.</summary>
    public IReadOnlyList<byte[]> FindByPrefix(ReadOnlySpan<byte> prefix)
    {
        if (_keys is null && ++_prefixScans > WorthAnIndex)
        {
            _keys = Build(static (record, keys) => keys.Add(record.Key.ToArray()));
        }

        if (_keys is not null)
        {
            return [.. _keys.Enumerate(prefix.ToArray()).Select(static key => key.Key)];
        }

        var found = new List<byte[]>();
        foreach (var record in Records())
        {
            if (record.Key.StartsWith(prefix))
            {
                found.Add(record.Key.ToArray());
            }
        }

        return found;
    }

    /// <summary>The keys of the entries that have a tag and begin with a prefix.</summary>
    /// <param name="tagPrefix">The <see cref="TagKey"/> of both.</param>
    public IReadOnlyList<byte[]> FindByTag(ReadOnlySpan<byte> tagPrefix)
    {
        if (_tags is null && ++_tagScans > WorthAnIndex)
        {
            _tags = Build(AddTagKeys);
        }

        if (_tags is not null)
        {
            return [.. _tags.Enumerate(tagPrefix.ToArray()).Select(static key => TagKey.KeyOf(key.Key).ToArray())];
        }

        var prefix = TagKey.KeyOf(tagPrefix);
        var tag = tagPrefix[sizeof(ushort)..^prefix.Length];
        var found = new List<byte[]>();
        foreach (var record in Records())
        {
            if (record.Key.StartsWith(prefix) && HasTag(record, tag))
            {
                found.Add(record.Key.ToArray());
            }
        }

        return found;
    }

    /// <summary>Called for each change.</summary>
    public void Note(Record before, Record after)
    {
        if (_keys is not null)
        {
            Note(_keys, before, after, static (record, keys) => keys.Add(record.Key.ToArray()));
        }

        if (_tags is not null)
        {
            Note(_tags, before, after, AddTagKeys);
        }
    }

    /// <summary>Called when all entries are replaced: what was built is of no use any more.</summary>
    public void Forget()
    {
        _keys = null;
        _tags = null;
    }

    /// <summary>Called when everything is removed.</summary>
    public void Clear()
    {
        _keys?.Clear();
        _tags?.Clear();
    }

    private static void Note(PrefixIndex index, Record before, Record after, Action<Record, List<byte[]>> list)
    {
        var keys = new List<byte[]>();
        if (!before.IsNull)
        {
            list(before, keys);
            keys.ForEach(key => index.Remove(key));
            keys.Clear();
        }

        if (!after.IsNull && IsReachable(after))
        {
            list(after, keys);
            keys.ForEach(key => index.Add(key, mayExpire: false));
        }
    }

    private static void AddTagKeys(Record record, List<byte[]> keys)
    {
        foreach (var tag in TagList.Enumerate(record.Tags))
        {
            keys.Add(TagKey.Create(tag, record.Key));
        }
    }

    private static bool HasTag(Record record, ReadOnlySpan<byte> tag)
    {
        foreach (var one in TagList.Enumerate(record.Tags))
        {
            if (one.SequenceEqual(tag))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Keys that are not UTF-8 are out of reach for prefixes and tags.</summary>
    private static bool IsReachable(Record record) => (record.Flags & RecordFlags.OpaqueKey) == 0;

    private PrefixIndex Build(Action<Record, List<byte[]>> list)
    {
        var keys = new List<byte[]>();
        foreach (var record in Records())
        {
            list(record, keys);
        }

        keys.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        var sorted = keys.Where((key, i) => i == 0 || !key.AsSpan().SequenceEqual(keys[i - 1])).Select(static key => new IndexedKey(key, false)).ToArray();
        return PrefixIndex.Build(sorted);
    }

    private IEnumerable<Record> Records() => table.EnumerateRecords().Where(IsReachable);
}
