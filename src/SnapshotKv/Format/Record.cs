using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SnapshotKv.Format;

/// <summary>
/// One entry as one immutable array: header, key, encoded value, and the rarer parts only where there are any. The same bytes serve memory and
/// disk. A value that wraps the array; the default has none.
/// </summary>
/// <remarks>
/// <para>Layout, native byte order (records never leave the process as they are; files have their own codecs):</para>
/// <code>
///  0  i64  deadline: Unix nanoseconds from which on the entry is dead; 0 = never
///  8  u64  sequence number of the commit that wrote it; 0 or a mark when it came without one
/// 16  u32  length of the value
/// 20  u32  length of the key (low 24 bits), flags (high 8 bits)
/// 24       key, value, then in this order where the flags say so:
///          i64 sliding window in nanoseconds; i64 absolute cap in Unix nanoseconds;
///          u16 length and bytes of the blob reference; u32 length and bytes of the tags
/// </code>
/// <para>Nothing is ever written to a published record but its deadline: the aligned first eight bytes, moved atomically by a slide.</para>
/// </remarks>
internal readonly struct Record(byte[]? bytes)
{
    public const int HeaderSize = 24;

    /// <summary>
    /// The lowest bit of the deadline of a sliding entry, of no account for the entry's life: the engine sets it while the entry waits for its slide to be journaled. All lives
    /// that callers give are multiples of 100 ns.
    /// </summary>
    public const long SlideMark = 1;

    /// <summary>
    /// The highest bit of <see cref="Sequence"/>, which no number of a commit has: the entry was brought by a restore, and the other bits tell by which. Only in memory; who writes a file asks for
    /// <see cref="OwnSequence"/>.
    /// </summary>
    public const ulong RestoreMark = 1UL << 63;

    /// <summary>The longest key a file may bring. What may be set is less: <see cref="KvKey.MaxBytes"/>.</summary>
    public const int LongestKey = (1 << 24) - 1;

    /// <summary>The longest blob reference a file may bring.</summary>
    public const int LongestBlobReference = ushort.MaxValue;

    public const int ValueLengthOffset = 16, KeyLengthOffset = 20;

    private const int SequenceOffset = 8;

    public byte[]? Bytes { get; } = bytes;

    public bool IsNull => Bytes is null;

    /// <summary>The deadline as it is now; see <see cref="TryMoveDeadline"/>. That of a sliding entry may have the <see cref="SlideMark"/>; <see cref="Expiry"/> has not.</summary>
    public long Deadline => Volatile.Read(ref DeadlineWord);

    /// <summary>The deadline without the mark.</summary>
    public long Expiry => ExpiryOf(Deadline);

    /// <summary>A <see cref="Deadline"/> that was read of this record, without the mark.</summary>
    public long ExpiryOf(long deadline) => (Flags & RecordFlags.Sliding) != 0 ? deadline & ~SlideMark : deadline;

    /// <summary>The number of the commit that set the entry; 0 when a file brought it without one, and with the <see cref="RestoreMark"/> when a restore did.</summary>
    public ulong Sequence => ReadAt<ulong>(SequenceOffset);

    /// <summary>The number of the commit that set the entry by itself; 0 when a file or a restore brought it without one.</summary>
    public ulong OwnSequence => (Sequence & RestoreMark) == 0 ? Sequence : 0;

    public RecordFlags Flags => (RecordFlags)(ReadAt<uint>(KeyLengthOffset) >> 24);

    public int KeyLength => (int)(ReadAt<uint>(KeyLengthOffset) & LongestKey);

    public int ValueLength => (int)ReadAt<uint>(ValueLengthOffset);

    public ReadOnlySpan<byte> Key => SpanAt(HeaderSize, KeyLength);

    public ReadOnlySpan<byte> Value => SpanAt(HeaderSize + KeyLength, ValueLength);

    public KvFormat Format => (Flags & RecordFlags.Json) != 0 ? KvFormat.Json : KvFormat.MessagePack;

    /// <summary>Nanoseconds by which a read moves the deadline ahead of now; 0 for none.</summary>
    public long SlidingWindow => (Flags & RecordFlags.Sliding) != 0 ? MemoryMarshal.Read<long>(Bytes.AsSpan(ExtrasOffset)) : 0;

    /// <summary>Unix nanoseconds that a slide does not go beyond; 0 for none.</summary>
    public long Cap => (Flags & RecordFlags.Cap) != 0
        ? MemoryMarshal.Read<long>(Bytes.AsSpan(ExtrasOffset + ((Flags & RecordFlags.Sliding) != 0 ? sizeof(long) : 0)))
        : 0;

    public ReadOnlySpan<byte> BlobReference
    {
        get
        {
            if ((Flags & RecordFlags.Blob) == 0)
            {
                return [];
            }

            var part = Bytes.AsSpan(BlobOffset);
            return part.Slice(sizeof(ushort), MemoryMarshal.Read<ushort>(part));
        }
    }

    /// <summary>The tags, each as u16 length and UTF-8 bytes.</summary>
    public ReadOnlySpan<byte> Tags
    {
        get
        {
            if ((Flags & RecordFlags.Tags) == 0)
            {
                return [];
            }

            var offset = BlobOffset + ((Flags & RecordFlags.Blob) != 0 ? sizeof(ushort) + BlobReference.Length : 0);
            var part = Bytes.AsSpan(offset);
            return part.Slice(sizeof(uint), (int)MemoryMarshal.Read<uint>(part));
        }
    }

    private int ExtrasOffset => HeaderSize + KeyLength + ValueLength;

    private int BlobOffset => ExtrasOffset
        + ((Flags & RecordFlags.Sliding) != 0 ? sizeof(long) : 0)
        + ((Flags & RecordFlags.Cap) != 0 ? sizeof(long) : 0);

    private ref long DeadlineWord => ref Unsafe.As<byte, long>(ref MemoryMarshal.GetArrayDataReference(Bytes!));

    /// <summary>Makes a record, copying all parts.</summary>
    public static Record Create(scoped in RecordParts parts)
    {
        var record = Allocate(parts, parts.Value.Length, out var value);
        parts.Value.CopyTo(value);
        return record;
    }

    /// <summary>Makes a record whose value the caller writes, before anyone else sees it; the parts' own value is not looked at.</summary>
    /// <exception cref="OverflowException">The parts together are longer than an array can be.</exception>
    public static Record Allocate(scoped in RecordParts parts, int valueLength, out Span<byte> value)
    {
        var flags = parts.Flags & (RecordFlags.Json | RecordFlags.OpaqueKey);
        var size = checked(HeaderSize + parts.Key.Length + valueLength);
        if (parts.SlidingWindow != 0)
        {
            flags |= RecordFlags.Sliding;
            size = checked(size + sizeof(long));
        }

        if (parts.Cap != 0)
        {
            flags |= RecordFlags.Cap;
            size = checked(size + sizeof(long));
        }

        if (!parts.BlobReference.IsEmpty)
        {
            flags |= RecordFlags.Blob;
            size = checked(size + sizeof(ushort) + parts.BlobReference.Length);
        }

        if (!parts.Tags.IsEmpty)
        {
            flags |= RecordFlags.Tags;
            size = checked(size + sizeof(uint) + parts.Tags.Length);
        }

        var bytes = GC.AllocateUninitializedArray<byte>(size);
        var span = bytes.AsSpan();
        MemoryMarshal.Write(span, parts.Deadline);
        MemoryMarshal.Write(span[SequenceOffset..], parts.Sequence);
        MemoryMarshal.Write(span[ValueLengthOffset..], (uint)valueLength);
        MemoryMarshal.Write(span[KeyLengthOffset..], (uint)parts.Key.Length | ((uint)flags << 24));
        parts.Key.CopyTo(span[HeaderSize..]);
        var offset = HeaderSize + parts.Key.Length;
        value = span.Slice(offset, valueLength);
        if ((flags & ~(RecordFlags.Json | RecordFlags.OpaqueKey)) != 0)
        {
            WriteExtras(parts, flags, span[(offset + valueLength)..]);
        }

        return new(bytes);
    }

    /// <summary>A record with another value and another deadline, and else the same parts; it has no sequence number yet.</summary>
    public Record WithValue(ReadOnlySpan<byte> value, long deadline) => With(value, deadline, SlidingWindow, Cap, BlobReference);

    /// <summary>A record with another blob and another deadline, and else the same parts; it has no sequence number yet.</summary>
    public Record WithBlob(ReadOnlySpan<byte> blobReference, long deadline) => With(Value, deadline, SlidingWindow, Cap, blobReference);

    /// <summary>A record with another life, and else the same parts; it has no sequence number yet.</summary>
    public Record WithLife(long deadline, long slidingWindow, long cap) => With(Value, deadline, slidingWindow, cap, BlobReference);

    /// <summary>Where a read at an instant moves the deadline: ahead by the sliding window, not beyond the cap or what can be told, and never back. Without the mark.</summary>
    public long SlidDeadline(long now)
    {
        var deadline = Expiry;
        if ((Flags & RecordFlags.Sliding) == 0)
        {
            return deadline;
        }

        // A file may bring any window.
        var window = SlidingWindow;
        var slid = now > long.MaxValue - window ? long.MaxValue : now + window;
        return Math.Max(deadline, (Cap is not 0 and var cap ? Math.Min(slid, cap) : slid) & ~SlideMark);
    }

    /// <summary>Gives the record its sequence number, before anyone else sees it.</summary>
    public void SetSequence(ulong sequence) => MemoryMarshal.Write(Bytes.AsSpan(SequenceOffset), sequence);

    /// <summary>Whether the entry is dead at an instant in Unix nanoseconds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsExpiredAt(long now)
    {
        var deadline = Deadline;
        return deadline != 0 && now >= ExpiryOf(deadline);
    }

    /// <summary>Moves the deadline, unless somebody moved it since it was read.</summary>
    public bool TryMoveDeadline(long from, long to) => Interlocked.CompareExchange(ref DeadlineWord, to, from) == from;

    /// <summary>Takes the <see cref="SlideMark"/> of a sliding entry away.</summary>
    /// <returns>The deadline at that moment.</returns>
    public long ClearSlideMark() => (Flags & RecordFlags.Sliding) != 0 ? Interlocked.And(ref DeadlineWord, ~SlideMark) & ~SlideMark : Deadline;

    /// <summary>Gives a sliding entry the <see cref="SlideMark"/>.</summary>
    /// <returns>Whether it had none.</returns>
    public bool TrySetSlideMark() => (Flags & RecordFlags.Sliding) != 0 && (Interlocked.Or(ref DeadlineWord, SlideMark) & SlideMark) == 0;

    private Record With(ReadOnlySpan<byte> value, long deadline, long slidingWindow, long cap, ReadOnlySpan<byte> blobReference)
    {
        var parts = new RecordParts
        {
            Key = Key,
            Value = value,
            Deadline = deadline,
            SlidingWindow = slidingWindow,
            Cap = cap,
            BlobReference = blobReference,
            Tags = Tags,
            Flags = Flags,
        };
        return Create(parts);
    }

    private static void WriteExtras(in RecordParts parts, RecordFlags flags, Span<byte> span)
    {
        if ((flags & RecordFlags.Sliding) != 0)
        {
            MemoryMarshal.Write(span, parts.SlidingWindow);
            span = span[sizeof(long)..];
        }

        if ((flags & RecordFlags.Cap) != 0)
        {
            MemoryMarshal.Write(span, parts.Cap);
            span = span[sizeof(long)..];
        }

        if ((flags & RecordFlags.Blob) != 0)
        {
            MemoryMarshal.Write(span, checked((ushort)parts.BlobReference.Length));
            parts.BlobReference.CopyTo(span[sizeof(ushort)..]);
            span = span[(sizeof(ushort) + parts.BlobReference.Length)..];
        }

        if ((flags & RecordFlags.Tags) != 0)
        {
            MemoryMarshal.Write(span, (uint)parts.Tags.Length);
            parts.Tags.CopyTo(span[sizeof(uint)..]);
        }
    }

    // Offsets below the header's size need no bounds check: every record has a header.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private T ReadAt<T>(int offset)
        where T : unmanaged => Unsafe.ReadUnaligned<T>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Bytes!), offset));

    // A record is made only by Allocate, so its lengths fit its array.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> SpanAt(int offset, int length) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Bytes!), offset), length);
}
