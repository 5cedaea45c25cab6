using System.Text;
using SnapshotKv.Format;

namespace SnapshotKv.Engine;

/// <summary>Gathers what those who watch snapshots are to be told of one, while its entries pass by.</summary>
/// <remarks>For one thread.</remarks>
/// <param name="prefixes">What each of them watches.</param>
/// <param name="tell">Tells each of them, in the same order.</param>
internal sealed class SnapshotTelling(byte[][] prefixes, Action<KvSnapshotContents[]> tell)
{
    private readonly Dictionary<string, ReadOnlyMemory<byte>>[] _entries = [.. prefixes.Select(static _ => new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal))];

    /// <summary>What all prefixes that are watched begin with.</summary>
    public byte[] CommonPrefix => prefixes.Aggregate(static (common, prefix) => common[..common.AsSpan().CommonPrefixLength(prefix)]);

    /// <summary>Copies what is watched.</summary>
    /// <param name="records">Entries of the snapshot.</param>
    public void Show(ReadOnlySpan<Record> records)
    {
        for (var i = 0; i < records.Length; i++)
        {
            RecordPrefetch.Ahead(records, i);
            Show(records[i]);
        }
    }

    /// <summary>The snapshot is complete.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="sequence">The last commit that is in it.</param>
    /// <param name="format">The format of its values.</param>
    /// <returns>What tells those who watch, once no lock is held.</returns>
    public Action Complete(SnapshotInfo snapshot, ulong sequence, KvFormat format)
    {
        var contents = Array.ConvertAll(_entries, entries => new KvSnapshotContents { Snapshot = snapshot, Version = (long)sequence, Format = format, Entries = entries });
        return () => tell(contents);
    }

    private void Show(Record record)
    {
        for (var i = 0; i < prefixes.Length; i++)
        {
            // Keys that no string reaches are in the snapshot, but nobody could ask for them.
            if (record.Key.StartsWith(prefixes[i]) && (record.Flags & RecordFlags.OpaqueKey) == 0)
            {
                _entries[i][Encoding.UTF8.GetString(record.Key)] = record.Value.ToArray();
            }
        }
    }
}
