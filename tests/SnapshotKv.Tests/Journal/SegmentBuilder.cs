using System.Buffers;
using System.Text;
using SnapshotKv.Format;
using SnapshotKv.Journal;
using SnapshotKv.Keyspace;
using SnapshotKv.Tests.Snapshots;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Journal;

/// <summary>Makes a segment of the journal frame by frame, from the codecs alone.</summary>
internal sealed class SegmentBuilder(ulong ordinal, ulong continues, ulong start)
{
    private readonly ArrayBufferWriter<byte> _frames = new();
    private readonly List<long> _offsets = [];

    public ulong Ordinal { get; } = ordinal;

    /// <summary>The salt; by default one that depends on the ordinal, so that bytes are the same in each run.</summary>
    public ulong Salt { get; init; } = 0x9E37_79B9_7F4A_7C15UL * (ordinal + 1);

    /// <summary>The size that the header states; the file gets it, too. By default what fits, and half a KiB.</summary>
    public long? Size { get; init; }

    public ulong DurableThrough { get; init; }

    public string FileName => JournalDirectory.GetFileName(Ordinal);

    /// <summary>Where the frames begin.</summary>
    public IReadOnlyList<long> Offsets => _offsets;

    /// <summary>Where the next frame would begin.</summary>
    public long End => JournalSegmentHeader.PageSize + _frames.WrittenCount;

    public static Record NewRecord(string key, int value, string[]? tags = null, long deadline = 0, long window = 0, long cap = 0, string blob = "") =>
        SnapshotFiles.NewRecord(key, [checked((byte)value)], deadline, blob, window, cap, tags);

    public SegmentBuilder Set(ulong number, string key, int value, ulong durable = 0) => Set(number, durable, NewRecord(key, value));

    public SegmentBuilder Set(ulong number, ulong durable, params Record[] records) => Frame(JournalFrameKind.Changes, number, durable, body =>
    {
        foreach (var record in records)
        {
            JournalChange.WriteSet(body, record);
        }
    });

    public SegmentBuilder Remove(ulong number, string key, ulong durable = 0) =>
        Frame(JournalFrameKind.Changes, number, durable, body => JournalChange.WriteRemove(body, Encoding.UTF8.GetBytes(key)));

    public SegmentBuilder Clear(ulong number, ulong durable = 0) => Frame(JournalFrameKind.Clear, number, durable, static _ => { });

    public SegmentBuilder RemoveByPrefix(ulong number, string prefix) =>
        Frame(JournalFrameKind.RemoveByPrefix, number, 0, body => body.Write(Encoding.UTF8.GetBytes(prefix)));

    public SegmentBuilder RemoveByTag(ulong number, string tag, string prefix = "") =>
        Frame(JournalFrameKind.RemoveByTag, number, 0, body => body.Write(TagKey.Create(Encoding.UTF8.GetBytes(tag), Encoding.UTF8.GetBytes(prefix))));

    public SegmentBuilder Slide(ulong number, ulong of, string key, long deadline) => Frame(JournalFrameKind.Slides, number, 0, body =>
    {
        var record = NewRecord(key, 0);
        record.SetSequence(of);
        JournalSlide.Write(body, record, deadline);
    });

    public SegmentBuilder Claim(ulong number, string prefix, string? name) =>
        Frame(JournalFrameKind.Claims, number, 0, body => JournalClaim.Write(body, prefix, name));

    public SegmentBuilder Frame(JournalFrameKind kind, ulong number, ulong durable, Action<IBufferWriter<byte>> write)
    {
        var body = new ArrayBufferWriter<byte>();
        write(body);
        return Raw(kind, number, durable, body.WrittenSpan);
    }

    public SegmentBuilder Raw(JournalFrameKind kind, ulong number, ulong durable, ReadOnlySpan<byte> body)
    {
        _offsets.Add(End);
        var checksum = new Crc32C();
        checksum.Append(body);
        var frame = new JournalFrame(kind, number, durable, body.Length);
        var target = _frames.GetSpan((int)frame.Size)[..(int)frame.Size];
        target.Clear();
        frame.Write(target, Salt, checksum.Value);
        body.CopyTo(target[JournalFrame.HeaderSize..]);
        _frames.Advance((int)frame.Size);
        return this;
    }

    public byte[] ToBytes()
    {
        var size = Size ?? ((End + 511) & ~511L) + 512;
        var bytes = new byte[size];
        new JournalSegmentHeader(Ordinal, Salt, size, continues, start, DurableThrough, 1_700_000_000_000_000_000).Write(bytes);
        _frames.WrittenSpan.CopyTo(bytes.AsSpan(JournalSegmentHeader.PageSize));
        return bytes;
    }
}
