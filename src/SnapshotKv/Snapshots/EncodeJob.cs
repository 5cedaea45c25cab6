using System.Buffers;
using System.Runtime.InteropServices;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>Encodes a range of records, and compresses the result where that is asked for.</summary>
internal sealed class EncodeJob(SnapshotEncoder encoder, bool compresses) : AheadJob
{
    /// <summary>A buffer above this was needed for large entries, and is not kept for the next range.</summary>
    private const int LargestKept = 2 << 20;

    /// <summary>How many are kept: one more than there are cores, and what more than this need on a large machine is made for each save.</summary>
    private const int MostKept = 8;

    /// <summary>
    /// A megabyte each, made anew for every save, soon brings a collection of the whole heap. A pool of our own, and not the shared one: that keeps one for each thread that ever gave one back, for minutes, and hands what is in them to
    /// anybody in the process.
    /// </summary>
    internal static readonly ArrayPool<byte> Buffers = ArrayPool<byte>.Create(LargestKept, Math.Min(Environment.ProcessorCount + 1, MostKept));

    private readonly MemoryStream _compressed = new();
    private readonly List<Record> _records = [];
    private byte[] _plain = [];
    private int _plainLength;
    private ReadOnlyMemory<byte> _text;
    private bool _hasFirst;

    /// <summary>The most bytes that the entries taken so far may need.</summary>
    public long LargestSize { get; private set; }

    /// <summary>The encoded bytes, once the job is complete.</summary>
    public ReadOnlySpan<byte> Plain => _plain.AsSpan(0, _plainLength);

    /// <summary>Where compressing, the gzip members with the encoded bytes in them; their indexes are still to be set.</summary>
    public Span<byte> Compressed => _compressed.GetBuffer().AsSpan(0, (int)_compressed.Length);

    /// <summary>Begins a range.</summary>
    /// <param name="text">What to put before its entries as it is.</param>
    /// <param name="hasFirst">Whether the first of them is the snapshot's first.</param>
    public void Begin(ReadOnlyMemory<byte> text, bool hasFirst)
    {
        _text = text;
        _hasFirst = hasFirst;
        LargestSize = 0;
    }

    /// <summary>Takes entries.</summary>
    /// <param name="records">The entries, of the encoder's format.</param>
    /// <param name="largestSize">The most bytes that they may need.</param>
    public void Add(ReadOnlySpan<Record> records, long largestSize)
    {
        _records.AddRange(records);
        LargestSize += largestSize;
    }

    public override void Dispose()
    {
        GiveBack();
        base.Dispose();
    }

    protected override void Run()
    {
        EnsureRoomFor(checked((int)(LargestSize + _text.Length)));
        _text.Span.CopyTo(_plain);
        _plainLength = _text.Length;
        var isFirst = _hasFirst;
        var records = CollectionsMarshal.AsSpan(_records);
        for (var i = 0; i < records.Length; i++)
        {
            RecordPrefetch.Ahead(records, i);
            _plainLength += encoder.WriteEntry(records[i], isFirst, _plain.AsSpan(_plainLength));
            isFirst = false;
        }

        // They may be replaced by now, and are to be let go of then.
        _records.Clear();
        if (compresses)
        {
            Compress();
        }
    }

    private void EnsureRoomFor(int largest)
    {
        if (_plain.Length >= largest && _plain.Length <= LargestKept)
        {
            return;
        }

        GiveBack();
        _plain = largest <= LargestKept ? Buffers.Rent(largest) : GC.AllocateUninitializedArray<byte>(largest);
    }

    private void GiveBack()
    {
        if (_plain.Length is > 0 and <= LargestKept)
        {
            Buffers.Return(_plain);
        }

        _plain = [];
    }

    private void Compress()
    {
        _compressed.SetLength(0);
        if (_compressed.Capacity > LargestKept)
        {
            _compressed.Capacity = 0;
        }

        for (var rest = Plain; !rest.IsEmpty;)
        {
            var part = rest[..Math.Min(rest.Length, GzipMembers.InputSize)];
            GzipMembers.Append(_compressed, part);
            rest = rest[part.Length..];
        }
    }
}
