using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <summary>
/// The entries of a store by key: a hash table of immutable records that any number of threads read without a lock while one writer, who
/// holds the commit gate, changes it.
/// </summary>
/// <remarks>
/// <para>Members marked "gate" are for the writer; all others may be called at any time. A read sees each key as some instant within the read found
/// it. A reader who began on arrays that were replaced meanwhile sees them as they were then, which is such an instant too.</para>
/// <para>The shards are not locks: they divide the time that growing takes, to about a millisecond per million entries. There are so few of them that
/// a lookup finds what leads to its slot in the nearest cache.</para>
/// </remarks>
internal sealed partial class RecordTable
{
    private const int ShardBits = 4;
    private const int ShardCount = 1 << ShardBits;
    private const int ShardShift = 64 - ShardBits;

    /// <summary>
    /// A probe run as long as no fair hash makes it: three quarters to the 128th is 1e-16. (To the 64th it is 1e-8, which a busy store meets within hours.)
    /// </summary>
    private const int SuspiciousProbes = 128;

    private static readonly TableShard Nothing = new(1);

    private Root _root;
    private int _count;
    private int _expiringCount;
    private int _opaqueCount;

    public RecordTable()
        : this(KeyHasher.CreateFast())
    {
    }

    internal RecordTable(KeyHasher hasher) => _root = new Root(hasher);

    /// <summary>The entries, dead ones that were not swept yet included.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The entries that have a deadline.</summary>
    public int ExpiringCount => Volatile.Read(ref _expiringCount);

    /// <summary>The entries whose keys are not UTF-8.</summary>
    public int OpaqueCount => Volatile.Read(ref _opaqueCount);

    /// <summary>Whether the table changed to the strong hash.</summary>
    public bool UsesStrongHash => Volatile.Read(ref _root).Hasher.IsStrong;

    /// <summary>The record of a key, dead or alive; none where there is none.</summary>
    public Record Find(ReadOnlySpan<byte> key)
    {
        var root = Volatile.Read(ref _root);
        var hash = root.Hasher.Hash(key);
        var shard = Volatile.Read(ref root.Shards[hash >> ShardShift]);
        ref var tags = ref MemoryMarshal.GetArrayDataReference(shard.Tags);
        ref var slots = ref MemoryMarshal.GetArrayDataReference(shard.Slots);
        var mask = shard.Mask;
        var tag = TagOf(hash);
        var index = tag & mask;

        // At most once around: a shard that stands for "nothing yet" has no more than its one empty slot.
        for (nuint step = 1; step <= mask + 1; step++)
        {
            var found = Volatile.Read(ref Unsafe.Add(ref tags, index));
            if (found == tag)
            {
                var value = Volatile.Read(ref Unsafe.Add(ref slots, index).Value);
                var record = value is not null && value.GetType() == typeof(byte[]) ? Unsafe.As<byte[]>(value) : Resolve(value);
                if (record is not null && new Record(record).Key.SequenceEqual(key))
                {
                    return new(record);
                }
            }
            else if (found == 0)
            {
                break;
            }

            index = (index + step) & mask;
        }

        return default;
    }

    /// <summary>
    /// Asks the processor for what <see cref="Put"/> will look at: the slot, and the record that it replaces, where that stands in the first place for its key. A writer does so before it waits for the gate: what comes from memory meanwhile
    /// it need not wait for while others wait for it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ReadOnlySpan<byte> key)
    {
        var root = Volatile.Read(ref _root);
        var hash = root.Hasher.Hash(key);
        var shard = Volatile.Read(ref root.Shards[hash >> ShardShift]);
        var tag = TagOf(hash);
        var index = tag & shard.Mask;
        if (Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(shard.Tags), index) == tag
            && Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(shard.Slots), index).Value is { } value)
        {
            RecordPrefetch.Of(value);
        }
    }

    /// <summary>Gate: puts a record, and returns the one it replaces.</summary>
    public Record Put(Record record)
    {
        var key = record.Key;
        ref var shard = ref ShardOf(key, out var tag);
        if (!shard.HasRoomFor(1))
        {
            Volatile.Write(ref shard, shard.Grow(1));
        }

        var location = shard.Locate(tag, key, out var probes);
        var before = location >= 0 ? (byte[]?)shard.Slots[location].Value : null;
        var second = DeadlineSecond(record.Deadline);
        CountChange(before, record.Bytes);
        shard.Put(location, tag, record.Bytes!, second);
        Watch(probes);
        return new(before);
    }

    /// <summary>Gate: removes a key, and returns its record.</summary>
    public Record Remove(ReadOnlySpan<byte> key)
    {
        ref var shard = ref ShardOf(key, out var tag);
        var location = shard.Locate(tag, key, out _);
        if (location < 0)
        {
            return default;
        }

        var before = (byte[]?)shard.Slots[location].Value;
        CountChange(before, null);
        shard.Remove(location);
        return new(before);
    }

    /// <summary>Gate: removes everything at once.</summary>
    /// <returns>The former entries, which nobody changes any more.</returns>
    public RecordTable Clear()
    {
        var former = new RecordTable(_root.Hasher);
        ReplaceWith(former);
        return former;
    }

    /// <summary>Gate, or before anyone else sees the table: makes room for a number of entries.</summary>
    public void Reserve(int count)
    {
        // Keys spread evenly but not exactly: an eighth more keeps nearly all shards from growing again.
        var perShard = (count / ShardCount) + (count / ShardCount / 8) + 1;
        for (var i = 0; i < ShardCount; i++)
        {
            ref var shard = ref _root.Shards[i];
            if (!shard.HasRoomFor(perShard))
            {
                Volatile.Write(ref shard, shard.Count == 0 ? TableShard.WithRoomFor(perShard) : shard.Grow(perShard));
            }
        }
    }

    /// <summary>Whether a slot's content has this key.</summary>
    internal static bool IsKey(object value, ReadOnlySpan<byte> key)
    {
        var record = value as byte[] ?? ((PendingChange)value).Any;
        return new Record(record).Key.SequenceEqual(key);
    }

    private static uint TagOf(ulong hash)
    {
        var tag = (uint)hash;
        return tag == 0 ? 1 : tag;
    }

    private static byte[]? Resolve(object? value) => (value as PendingChange)?.Current;

    /// <summary>The second of a deadline for the sweep's array: 0 for none, else at least 1, and the last one where seconds run out (2106).</summary>
    internal static uint DeadlineSecond(long deadline) => deadline switch
    {
        0 => 0,
        < NanosecondsPerSecond => 1,
        _ => (uint)Math.Min(deadline / NanosecondsPerSecond, uint.MaxValue),
    };

    private ref TableShard ShardOf(ReadOnlySpan<byte> key, out uint tag)
    {
        var hash = _root.Hasher.Hash(key);
        tag = TagOf(hash);
        return ref _root.Shards[hash >> ShardShift];
    }

    private void CountChange(byte[]? before, byte[]? after)
    {
        CountRecord(before, -1);
        CountRecord(after, 1);
    }

    private void CountRecord(byte[]? bytes, int by)
    {
        if (bytes is null)
        {
            return;
        }

        var record = new Record(bytes);
        Volatile.Write(ref _count, _count + by);
        if (record.Deadline != 0)
        {
            Volatile.Write(ref _expiringCount, _expiringCount + by);
        }

        if ((record.Flags & RecordFlags.OpaqueKey) != 0)
        {
            Volatile.Write(ref _opaqueCount, _opaqueCount + by);
        }
    }

    /// <summary>Changes to the strong hash when a probe run was longer than chance makes it. Not while changes are pending.</summary>
    private void Watch(int probes)
    {
        if (probes > SuspiciousProbes && !_root.Hasher.IsStrong)
        {
            Rebuild(KeyHasher.CreateStrong());
        }
    }

    private void Rebuild(KeyHasher hasher)
    {
        var old = _root;
        var rebuilt = new Root(hasher);
        foreach (var shard in old.Shards)
        {
            foreach (var slot in shard.Slots)
            {
                if (slot.Value is byte[] bytes)
                {
                    var record = new Record(bytes);
                    var hash = hasher.Hash(record.Key);
                    ref var target = ref rebuilt.Shards[hash >> ShardShift];
                    if (!target.HasRoomFor(1))
                    {
                        target = target.Grow(1);
                    }

                    var location = target.Locate(TagOf(hash), record.Key, out _);
                    Debug.Assert(location < 0, "a key is in the table once");
                    target.Put(location, TagOf(hash), bytes, DeadlineSecond(record.Deadline));
                }
            }
        }

        Volatile.Write(ref _root, rebuilt);
    }

    /// <summary>What readers start from. Replaced as a whole by a clear and by a change of the hash.</summary>
    private sealed class Root
    {
        public Root(KeyHasher hasher)
        {
            Hasher = hasher;
            Shards = new TableShard[ShardCount];
            Array.Fill(Shards, Nothing);
        }

        public KeyHasher Hasher { get; }

        public TableShard[] Shards { get; }
    }
}
