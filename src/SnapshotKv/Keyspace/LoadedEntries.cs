using System.Runtime.InteropServices;
using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <summary>
/// Records that are to be put into a fresh table all at once, each with its hash. While a file is read its records are fresh in the cache and so
/// cheap to hash; putting each into its place at once would strew references over memory that the collector then walks again and again.
/// </summary>
internal sealed class LoadedEntries(KeyHasher hasher)
{
    private readonly List<Entry> _entries = [];

    public KeyHasher Hasher { get; } = hasher;

    public ReadOnlySpan<Entry> Span => CollectionsMarshal.AsSpan(_entries);

    public int Count => _entries.Count;

    public void Expect(int count) => _entries.EnsureCapacity(count);

    public void Add(Record record) => _entries.Add(new(record.Bytes!, Hasher.Hash(record.Key), RecordTable.DeadlineSecond(record.Deadline), (record.Flags & RecordFlags.OpaqueKey) != 0));

    public void Clear() => _entries.Clear();

    /// <summary>Forgets what was added after the first so many.</summary>
    public void Truncate(int count) => _entries.RemoveRange(count, _entries.Count - count);

    /// <param name="Bytes">The record.</param>
    /// <param name="Hash">The hash of its key.</param>
    /// <param name="DeadlineSecond">The second of its deadline, as the table keeps it.</param>
    /// <param name="IsOpaque">Whether its key is not UTF-8.</param>
    internal readonly record struct Entry(byte[] Bytes, ulong Hash, uint DeadlineSecond, bool IsOpaque);
}
