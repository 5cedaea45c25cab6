using System.Buffers;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>The entries of a JSON snapshot in the order in which Go writes them, by the bytes of their keys: all are held at once for that.</summary>
/// <remarks>To be disposed. The array is a pooled one: eight megabytes for a million entries, made anew for every save, would soon bring a collection of the whole heap.</remarks>
internal sealed class JsonOrder : IRecordSource, IDisposable
{
    private Record[] _sorted;
    private bool _isTaken;

    /// <param name="records">The entries.</param>
    /// <exception cref="KvSerializationException">Some keys are not UTF-8. They have no place in JSON: Go folds them, and loses some.</exception>
    public JsonOrder(IRecordSource records)
    {
        _sorted = ArrayPool<Record>.Shared.Rent(records.Count);
        try
        {
            Count = Fill(records);
            _sorted.AsSpan(0, Count).Sort(static (left, right) => left.Key.SequenceCompareTo(right.Key));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int Count { get; }

    /// <summary>All at once: they are held anyhow.</summary>
    public ReadOnlySpan<Record> Next()
    {
        var rest = _isTaken ? [] : _sorted.AsSpan(0, Count);
        _isTaken = true;
        return rest;
    }

    public void Dispose()
    {
        if (_sorted.Length > 0)
        {
            ArrayPool<Record>.Shared.Return(_sorted, clearArray: true);
            _sorted = [];
        }
    }

    private int Fill(IRecordSource records)
    {
        var count = 0;
        var opaque = 0;
        for (var part = records.Next(); !part.IsEmpty; part = records.Next())
        {
            count += part.Length;
            SnapshotWriter.ThrowIfMoreThanAnnounced(records.Count, count);
            part.CopyTo(_sorted.AsSpan(count - part.Length));
            for (var i = 0; i < part.Length; i++)
            {
                RecordPrefetch.Ahead(part, i);
                opaque += (part[i].Flags & RecordFlags.OpaqueKey) == 0 ? 0 : 1;
            }
        }

        // What is announced is told to others, too.
        SnapshotWriter.ThrowIfNotAsAnnounced(records.Count, count);
        return opaque == 0 ? count : throw new KvSerializationException(
            $"{opaque} keys are not UTF-8, and JSON cannot hold them. Set {nameof(SnapshotKvOptions.Format)} to {nameof(KvFormat.MessagePack)}, or clear the store.");
    }
}
