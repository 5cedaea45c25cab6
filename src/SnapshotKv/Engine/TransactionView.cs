using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>
/// The store as a transaction sees it: as it was at its start, with its own writes over it. Whatever it looks at must not have been changed since; that is
/// asked at once and again by the commit.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class TransactionView(StoreEngine engine, TransactionStart start, int partitionBytes)
{
    private readonly Dictionary<byte[], TransactionWrite> _writes = new(KeyBytes.Comparer);
    private readonly TransactionReads _reads = new();
    private long _ownVersion = (long)start.Sequence;

    private CommitPipeline Pipeline => engine.Pipeline;

    private Dictionary<byte[], TransactionWrite>.AlternateLookup<ReadOnlySpan<byte>> WritesBySpan => _writes.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>A version for what is written next: greater than any before, and seen within the transaction only.</summary>
    public long NextVersion() => ++_ownVersion;

    /// <summary>The version of a record that <see cref="Find"/> gave for a key; 0 for none.</summary>
    public long VersionOf(ReadOnlySpan<byte> key, Record record) =>
        record.IsNull ? 0
        : WritesBySpan.TryGetValue(key, out var own) ? own.Version
        : Pipeline.Versions.Of(record);

    /// <summary>The record of a key as the transaction sees it.</summary>
    /// <exception cref="KvConflictException">The key was changed since the transaction began.</exception>
    public Record Find(ReadOnlySpan<byte> key)
    {
        if (WritesBySpan.TryGetValue(key, out var own))
        {
            return own.After;
        }

        // In this order: a commit notes its keys before it changes the table.
        _reads.AddKey(key);
        var record = Pipeline.Table.Find(key);
        if (Pipeline.TransactionLog.IsChanged(key, start, out var isKnown))
        {
            throw Conflicts.With(isKnown ? key.ToArray() : null, partitionBytes);
        }

        return record.IsNull || record.IsExpiredAt(start.Now) ? default : record;
    }

    /// <summary>The record of a key, whose sliding expiry, if it has one, is moved: a slide is no change. What only this transaction sees need not slide.</summary>
    public Record Read(ReadOnlySpan<byte> key)
    {
        var record = Find(key);
        if (!WritesBySpan.ContainsKey(key))
        {
            engine.Touch(record);
        }

        return record;
    }

    /// <summary>How long a record has to live by the transaction's clock, which stands still; 0 for ever.</summary>
    public long TimeLeft(Record record)
    {
        if (record.Deadline is not 0 and var deadline)
        {
            // Others may have slid it on since.
            var left = Math.Max(deadline - start.Now, 1);
            return record.SlidingWindow is not 0 and var window ? Math.Min(left, window) : left;
        }

        return 0;
    }

    /// <summary>The keys under a prefix in order.</summary>
    public List<byte[]> Keys(byte[] prefix)
    {
        _reads.AddPrefix(prefix);
        var keys = new List<byte[]>();
        foreach (var key in Pipeline.EnsureIndex().Enumerate(prefix))
        {
            if (!_writes.ContainsKey(key.Key) && IsAlive(key))
            {
                keys.Add(key.Key);
            }
        }

        // Nothing under the prefix was changed up to here, so all of this is as it was at the start.
        if (Pipeline.TransactionLog.IsAnyChanged(prefix, start, out var changed))
        {
            throw Conflicts.With(changed, partitionBytes);
        }

        return WithOwn(keys, (key, _) => key.AsSpan().StartsWith(prefix));
    }

    /// <summary>The keys, under a prefix, of a tag, in order.</summary>
    public List<byte[]> TaggedKeys(byte[] tag, byte[] prefix)
    {
        var tagPrefix = TagKey.Create(tag, prefix);
        _reads.AddTagPrefix(tagPrefix);
        var keys = new List<byte[]>();
        foreach (var tagKey in Pipeline.EnsureTagIndex().Enumerate(tagPrefix))
        {
            var key = TagKey.KeyOf(tagKey.Key).ToArray();
            if (!_writes.ContainsKey(key) && IsAlive(new(key, tagKey.MayExpire)))
            {
                keys.Add(key);
            }
        }

        if (Pipeline.TransactionLog.IsAnyTaggedChanged(tagPrefix, start, out var changed))
        {
            throw Conflicts.With(changed, partitionBytes);
        }

        return WithOwn(keys, (key, record) => key.AsSpan().StartsWith(prefix) && HasTag(record, tag));
    }

    /// <summary>Sets a key.</summary>
    /// <param name="record">What it is set to.</param>
    /// <param name="options">How long it is to live.</param>
    /// <param name="version">A <see cref="NextVersion"/>, one for all that is written together.</param>
    public void Put(Record record, in KvEntryOptions options, long version)
    {
        _reads.AddKey(record.Key);
        _writes[record.Key.ToArray()] = new(record, options, version);
    }

    /// <summary>Removes a key.</summary>
    public void Remove(byte[] key)
    {
        _reads.AddKey(key);
        _writes[key] = default;
    }

    /// <summary>Removes everything, keys that no string reaches too.</summary>
    /// <returns>How many live entries there were.</returns>
    public long Clear()
    {
        _reads.AddPrefix([]);
        var records = Pipeline.Capture();
        if (Pipeline.TransactionLog.IsAnyChanged([], start, out var changed))
        {
            throw Conflicts.With(changed, partitionBytes);
        }

        long live = 0;
        foreach (var key in _writes.Keys.ToArray())
        {
            live += _writes[key].After.IsNull ? 0 : 1;
            _writes[key] = default;
        }

        foreach (var record in records)
        {
            live += _writes.TryAdd(record.Key.ToArray(), default) && !record.IsExpiredAt(start.Now) ? 1 : 0;
        }

        return live;
    }

    /// <summary>Joins what is to be updated with the rest of its live entry; false when there is none.</summary>
    public bool TryCompleteUpdate(ref TableChange change, out KvEntryOptions options)
    {
        var current = Find(change.Key);
        options = default;
        if (current.IsNull)
        {
            return false;
        }

        options = _writes.TryGetValue(change.Key.ToArray(), out var own) ? own.Options : default;
        change.Complete(current, start.Now);
        return true;
    }

    /// <summary>Carries out the writes as one commit.</summary>
    /// <exception cref="KvConflictException">Something it relies on was changed since it began; nothing was changed.</exception>
    public void Commit(KvDurability durability)
    {
        if (HasWrites)
        {
            ThrowIfRefused(engine.Commit(start, _reads, ToChanges(), durability));
        }
    }

    /// <inheritdoc cref="Commit"/>
    public async ValueTask CommitAsync(KvDurability durability)
    {
        if (HasWrites)
        {
            ThrowIfRefused(await engine.CommitAsync(start, _reads, ToChanges(), durability).ConfigureAwait(false));
        }
    }

    /// <summary>What only reads has been answered as of its start already, which is a place in the order.</summary>
    private bool HasWrites
    {
        get
        {
            engine.ThrowIfClosed();
            return _writes.Count > 0;
        }
    }

    private TableChange[] ToChanges()
    {
        var changes = new TableChange[_writes.Count];
        var now = engine.Clock.Now;
        var next = 0;
        foreach (var (key, write) in _writes)
        {
            changes[next++] = ToChange(key, write, now);
        }

        return changes;
    }

    private void ThrowIfRefused(in CommitOutcome outcome)
    {
        if (outcome.IsRefused)
        {
            throw Conflicts.With(outcome.Conflict, partitionBytes);
        }
    }

    /// <summary>Life counts from the commit on. An instant that has passed meanwhile leaves no entry.</summary>
    private TableChange ToChange(byte[] key, in TransactionWrite write, long now)
    {
        if (write.After.IsNull || (write.Options is { TimeToLive: null, AbsoluteExpiration: { } instant } && KvClock.FromDateTimeOffset(instant) <= now))
        {
            return new(key);
        }

        if (!write.Options.HasLife)
        {
            return new(WithSlides(write.After));
        }

        var life = EntryLife.From(write.Options, now);
        return new(write.After.WithLife(life.Deadline, life.SlidingWindow, life.Cap));
    }

    /// <summary>A value that was updated keeps its entry's life, and so also what reads have added to that since.</summary>
    private Record WithSlides(Record updated)
    {
        if ((updated.Flags & RecordFlags.Sliding) == 0)
        {
            return updated;
        }

        var current = Pipeline.Table.Find(updated.Key);
        return current.IsNull || current.Expiry <= updated.Deadline ? updated : updated.WithLife(current.Expiry, updated.SlidingWindow, updated.Cap);
    }

    private bool IsAlive(IndexedKey key) =>
        !key.MayExpire || (Pipeline.Table.Find(key.Key) is { IsNull: false } record && !record.IsExpiredAt(start.Now));

    private List<byte[]> WithOwn(List<byte[]> keys, Func<byte[], Record, bool> isWanted)
    {
        var before = keys.Count;
        foreach (var (key, write) in _writes)
        {
            if (!write.After.IsNull && isWanted(key, write.After))
            {
                keys.Add(key);
            }
        }

        if (keys.Count > before)
        {
            keys.Sort(static (left, right) => left.AsSpan().SequenceCompareTo(right));
        }

        return keys;
    }

    private static bool HasTag(Record record, byte[] tag)
    {
        foreach (var own in TagList.Enumerate(record.Tags))
        {
            if (own.SequenceEqual(tag))
            {
                return true;
            }
        }

        return false;
    }
}
