using System.Buffers;
using System.Text;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>Goes through two states of a store side by side, in the order of their keys, and tells what is not the same.</summary>
internal static class SnapshotComparison
{
    /// <param name="before">The records of the first state, each key once, in any order; sorted here.</param>
    /// <param name="after">Those of the second.</param>
    /// <param name="converterTo">Makes values of one format comparable with those of the other.</param>
    /// <returns>The differences, made while they are enumerated. Keys that are not UTF-8 are left out: no string names them.</returns>
    public static IEnumerable<KvDifference> Compare(IEnumerable<Record> before, IEnumerable<Record> after, Func<KvFormat, ValueConverter> converterTo)
    {
        var (left, right) = (Sorted(before), Sorted(after));
        return Merge(left, right, converterTo);
    }

    private static IEnumerable<KvDifference> Merge(Entry[] left, Entry[] right, Func<KvFormat, ValueConverter> converterTo)
    {
        var (i, j) = (0, 0);
        while (i < left.Length || j < right.Length)
        {
            var order = i == left.Length ? 1 : j == right.Length ? -1 : Entry.Order(left[i], right[j]);
            var (before, after) = (order <= 0 ? left[i++].Record : default, order >= 0 ? right[j++].Record : default);
            if (order != 0 || !IsSame(before, after, converterTo))
            {
                yield return Describe(before, after);
            }
        }
    }

    private static Entry[] Sorted(IEnumerable<Record> records)
    {
        var sorted = records
            .Where(static record => (record.Flags & RecordFlags.OpaqueKey) == 0)
            .Select(static record => new Entry(KeyOrder.Head(record.Key), record))
            .ToArray();
        Array.Sort(sorted, Entry.Order);
        return sorted;
    }

    private static bool IsSame(Record before, Record after, Func<KvFormat, ValueConverter> converterTo)
    {
        if (before.Bytes == after.Bytes)
        {
            return true;
        }

        // Where an expiry slides, its deadline tells when the entry was read last.
        return before.SlidingWindow == after.SlidingWindow
            && before.Cap == after.Cap
            && (before.SlidingWindow != 0 || before.Deadline == after.Deadline)
            && before.BlobReference.SequenceEqual(after.BlobReference)
            && before.Tags.SequenceEqual(after.Tags)
            && IsSameValue(before, after, converterTo);
    }

    private static bool IsSameValue(Record before, Record after, Func<KvFormat, ValueConverter> converterTo)
    {
        if (before.Format == after.Format)
        {
            return before.Value.SequenceEqual(after.Value);
        }

        try
        {
            var converted = new ArrayBufferWriter<byte>();
            converterTo(after.Format)(before.Value, converted);
            return converted.WrittenSpan.SequenceEqual(after.Value);
        }
        catch (KvSerializationException)
        {
            // A value that has no form in the other format cannot be what is there.
            return false;
        }
    }

    private static KvDifference Describe(Record before, Record after) => new()
    {
        Kind = before.IsNull ? KvDifferenceKind.Added : after.IsNull ? KvDifferenceKind.Removed : KvDifferenceKind.Changed,
        Key = Encoding.UTF8.GetString((after.IsNull ? before : after).Key),
        Before = before.IsNull ? default : before.Value.ToArray(),
        BeforeFormat = before.IsNull ? default : before.Format,
        After = after.IsNull ? default : after.Value.ToArray(),
        AfterFormat = after.IsNull ? default : after.Format,
    };

    /// <param name="Head">The first bytes of the key.</param>
    /// <param name="Record">The entry.</param>
    private readonly record struct Entry(ulong Head, Record Record)
    {
        public static int Order(Entry one, Entry other) => KeyOrder.Compare(one.Head, one.Record.Key, other.Head, other.Record.Key);
    }
}
