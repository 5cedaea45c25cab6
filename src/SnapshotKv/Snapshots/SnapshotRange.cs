using System.Buffers;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>
/// About a megabyte of an encoded snapshot, which is compressed, where that is asked for, or else written, as a piece of work of its own: so that the one who encodes goes on with the next.
/// </summary>
internal sealed class SnapshotRange(SnapshotEncoder encoder, SnapshotOutput output, bool isCompressed) : AheadJob
{
    /// <summary>A buffer above this was needed for large entries, and is not kept for the next range.</summary>
    private const int LargestKept = 2 << 20;

    /// <summary>How many are kept: as many as a save of all cores has at a time, and what that is beyond this number on a large machine is made for each save.</summary>
    private const int MostKept = 8;

    /// <summary>
    /// A megabyte each, made anew for every save, soon brings a collection of the whole heap. A pool of our own, and not the shared one: that keeps one for each thread that ever gave one back, for minutes, and hands what is in them to
    /// anybody in the process.
    /// </summary>
    internal static readonly ArrayPool<byte> Buffers = ArrayPool<byte>.Create(LargestKept, Math.Min(Environment.ProcessorCount + 2, MostKept));

    private readonly MemoryStream _compressed = new();
    private byte[] _plain = [];
    private int _plainLength;

    /// <summary>The most bytes that the entries taken so far might have needed.</summary>
    public long LargestSize { get; private set; }

    /// <summary>Begins anew.</summary>
    /// <param name="text">What is written as it is, before the entries.</param>
    public void Begin(ReadOnlySpan<byte> text)
    {
        _plainLength = 0;
        LargestSize = 0;
        EnsureRoomFor(text.Length);
        text.CopyTo(_plain);
        _plainLength = text.Length;
    }

    /// <summary>Encodes entries.</summary>
    /// <param name="records">The entries, of the encoder's format.</param>
    /// <param name="hasFirst">Whether the first of them is the snapshot's first.</param>
    /// <param name="largestSize">The most bytes that they may need.</param>
    public void Add(ReadOnlySpan<Record> records, bool hasFirst, long largestSize)
    {
        EnsureRoomFor(checked((int)(_plainLength + largestSize)));
        var isFirst = hasFirst;
        for (var i = 0; i < records.Length; i++)
        {
            RecordPrefetch.Ahead(records, i);
            _plainLength += encoder.WriteEntry(records[i], isFirst, _plain.AsSpan(_plainLength));
            isFirst = false;
        }

        LargestSize += largestSize;
    }

    /// <summary>Waits until it is in the file; what is compressed is written now.</summary>
    public void CompleteAndWrite()
    {
        Complete();
        if (isCompressed)
        {
            output.WriteCompressed(_plain.AsSpan(0, _plainLength), _compressed.GetBuffer().AsSpan(0, (int)_compressed.Length));
        }
    }

    public override void Dispose()
    {
        GiveBack();
        base.Dispose();
    }

    protected override void Run()
    {
        var plain = _plain.AsSpan(0, _plainLength);
        if (isCompressed)
        {
            Compress(plain);
        }
        else
        {
            output.Write(plain);
        }
    }

    private void EnsureRoomFor(int length)
    {
        if (_plain.Length >= length && (_plain.Length <= LargestKept || _plainLength > 0))
        {
            return;
        }

        var roomier = length <= LargestKept ? Buffers.Rent(Math.Max(length, Math.Min(_plain.Length * 2, LargestKept))) : GC.AllocateUninitializedArray<byte>(length);
        _plain.AsSpan(0, _plainLength).CopyTo(roomier);
        GiveBack();
        _plain = roomier;
    }

    private void GiveBack()
    {
        if (_plain.Length is > 0 and <= LargestKept)
        {
            Buffers.Return(_plain);
        }

        _plain = [];
    }

    private void Compress(ReadOnlySpan<byte> plain)
    {
        _compressed.SetLength(0);
        if (_compressed.Capacity > LargestKept)
        {
            _compressed.Capacity = 0;
        }

        for (var rest = plain; !rest.IsEmpty;)
        {
            var part = rest[..Math.Min(rest.Length, GzipMembers.InputSize)];
            GzipMembers.Append(_compressed, part);
            rest = rest[part.Length..];
        }
    }
}
