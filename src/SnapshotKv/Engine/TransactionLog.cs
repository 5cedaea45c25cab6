using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>
/// What was changed since the oldest open transaction began. Kept only while one is open; a commit notes its keys before it changes the table, so whoever
/// looks into the table first and then here never takes something newer for the state at its start.
/// </summary>
/// <remarks>Members marked "gate" are for whoever holds the commit gate; the questions may be asked at any time.</remarks>
internal sealed class TransactionLog
{
    private readonly LinkedList<TransactionStart> _open = new();
    private readonly ChangedKeys _keys = new();
    private readonly ChangedKeys _tagKeys = new();

    /// <summary>Gate: whether commits must be noted.</summary>
    public bool IsKept { get; private set; }

    /// <summary>Gate: entries that were alive at this instant must not be swept; the end of time when no transaction is open.</summary>
    public long OldestInstant { get; private set; } = long.MaxValue;

    /// <summary>Gate: a transaction begins.</summary>
    public TransactionStart Open(ulong sequence, long now)
    {
        var start = new TransactionStart(sequence, now);
        _open.AddLast(start);
        OldestInstant = Math.Min(OldestInstant, now);
        IsKept = true;
        return start;
    }

    /// <summary>Gate: a transaction has ended.</summary>
    public void Close(TransactionStart start)
    {
        if (!_open.Remove(start))
        {
            return;
        }

        OldestInstant = _open.Select(open => open.Now).DefaultIfEmpty(long.MaxValue).Min();
        if (_open.Count == 0)
        {
            IsKept = false;
            _keys.Clear();
            _tagKeys.Clear();
        }
    }

    /// <summary>Gate: notes a change before it is made.</summary>
    public void Note(ReadOnlySpan<byte> key, Record before, Record after, ulong sequence)
    {
        var oldest = _open.First!.Value.Sequence;
        _keys.Note(key, sequence, oldest);
        NoteTags(key, before, sequence, oldest);
        NoteTags(key, after, sequence, oldest);
    }

    /// <summary>Gate: notes that everything is about to be removed.</summary>
    public void NoteAll(ulong sequence)
    {
        _keys.NoteAll(sequence);
        _tagKeys.NoteAll(sequence);
    }

    /// <param name="key">The key.</param>
    /// <param name="since">The number of the commit.</param>
    /// <param name="isKnown">Whether it was this key; false when so much was changed that this is not known any more.</param>
    public bool IsChanged(ReadOnlySpan<byte> key, ulong since, out bool isKnown) => _keys.IsChanged(key, since, out isKnown);

    public bool IsAnyChanged(byte[] prefix, ulong since, out byte[]? key) => _keys.IsAnyChanged(prefix, since, out key);

    /// <param name="tagPrefix">A <see cref="TagKey"/> of a tag and the beginning of the keys.</param>
    /// <param name="since">The number of the commit.</param>
    /// <param name="key">One of the keys that were changed; null when it is not known which.</param>
    public bool IsAnyTaggedChanged(byte[] tagPrefix, ulong since, out byte[]? key)
    {
        var isChanged = _tagKeys.IsAnyChanged(tagPrefix, since, out var tagKey);
        key = tagKey is null ? null : TagKey.KeyOf(tagKey).ToArray();
        return isChanged;
    }

    private void NoteTags(ReadOnlySpan<byte> key, Record record, ulong sequence, ulong oldest)
    {
        if (!record.IsNull && (record.Flags & RecordFlags.Tags) != 0)
        {
            foreach (var tag in TagList.Enumerate(record.Tags))
            {
                _tagKeys.Note(TagKey.Create(tag, key), sequence, oldest);
            }
        }
    }
}
