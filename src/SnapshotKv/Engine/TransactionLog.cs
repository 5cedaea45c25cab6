using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>
/// What was changed since the oldest open transaction began. Kept only while one is open; a commit notes its keys before it changes the table, so whoever
/// looks into the table first and then here never takes something newer for the state at its start.
/// </summary>
/// <remarks>
/// Bounded: when so many different keys were changed that they are not kept any longer, the transactions that were open count everything as changed. Members marked "gate" are for whoever holds the commit gate; the questions may be asked at any time.
/// </remarks>
internal sealed class TransactionLog(int mostKeys = ChangedKeys.MostKeys, long mostBytes = ChangedKeys.MostBytes)
{
    private readonly LinkedList<TransactionStart> _open = new();
    private readonly ChangedKeys _keys = new(mostKeys, mostBytes);
    private readonly ChangedKeys _tagKeys = new(mostKeys, mostBytes);

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
        if (_open.Remove(start))
        {
            Recount();
        }
    }

    /// <summary>Gate: notes a change before it is made.</summary>
    public void Note(ReadOnlySpan<byte> key, Record before, Record after, ulong sequence)
    {
        var oldest = _open.First!.Value.Sequence;
        var isKept = _keys.Note(key, sequence, oldest);
        isKept &= NoteTags(key, before, sequence, oldest);
        isKept &= NoteTags(key, after, sequence, oldest);
        if (!isKept)
        {
            ForgetAll();
        }
    }

    /// <summary>Gate: notes that everything is about to be removed.</summary>
    public void NoteAll() => ForgetAll();

    /// <param name="key">The key.</param>
    /// <param name="since">When the transaction that asks began.</param>
    /// <param name="isKnown">Whether it was this key; false when so much was changed that this is not known any more.</param>
    public bool IsChanged(ReadOnlySpan<byte> key, TransactionStart since, out bool isKnown)
    {
        isKnown = _keys.IsChanged(key, since.Sequence);
        return isKnown || since.IsForgotten;
    }

    public bool IsAnyChanged(byte[] prefix, TransactionStart since, out byte[]? key) =>
        _keys.IsAnyChanged(prefix, since.Sequence, out key) || since.IsForgotten;

    /// <param name="tagPrefix">A <see cref="TagKey"/> of a tag and the beginning of the keys.</param>
    /// <param name="since">When the transaction that asks began.</param>
    /// <param name="key">One of the keys that were changed; null when it is not known which.</param>
    public bool IsAnyTaggedChanged(byte[] tagPrefix, TransactionStart since, out byte[]? key)
    {
        var isChanged = _tagKeys.IsAnyChanged(tagPrefix, since.Sequence, out var tagKey);
        key = tagKey is null ? null : TagKey.KeyOf(tagKey).ToArray();
        return isChanged || since.IsForgotten;
    }

    /// <summary>
    /// What was changed is not kept any longer. The transactions that are open now are told so before it goes, and hold back nothing from here on: whatever they
    /// ask counts as changed.
    /// </summary>
    private void ForgetAll()
    {
        foreach (var start in _open)
        {
            start.IsForgotten = true;
        }

        _open.Clear();
        Recount();
    }

    private void Recount()
    {
        OldestInstant = _open.Select(open => open.Now).DefaultIfEmpty(long.MaxValue).Min();
        if (_open.Count == 0)
        {
            IsKept = false;
            _keys.Clear();
            _tagKeys.Clear();
        }
    }

    private bool NoteTags(ReadOnlySpan<byte> key, Record record, ulong sequence, ulong oldest)
    {
        var isKept = true;
        if (!record.IsNull && (record.Flags & RecordFlags.Tags) != 0)
        {
            foreach (var tag in TagList.Enumerate(record.Tags))
            {
                isKept &= _tagKeys.Note(TagKey.Create(tag, key), sequence, oldest);
            }
        }

        return isKept;
    }
}
