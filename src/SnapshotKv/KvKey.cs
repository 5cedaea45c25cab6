using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace SnapshotKv;

/// <summary>A key as UTF-8 behind its partition's prefix: in the caller's <see cref="Buffer"/> when it is of usual length, else in a rented array.</summary>
/// <remarks>
/// Whoever made it calls <see cref="Return"/>, but not in a finally: an exception costs the pool one array, a protected region would cost every
/// read some time.
/// </remarks>
internal readonly ref struct KvKey
{
    /// <summary>The longest key that can be set, with its partition's prefix, in bytes of UTF-8. A file may bring longer ones; they can be read and removed.</summary>
    public const int MaxBytes = 65_535;

    // With room for the word that is written behind the last.
    private const int BufferBytes = 256 + (2 * sizeof(ulong));
    private const int LongestInBuffer = 256;
    private const int LongestCharInBytes = 3;

    private readonly byte[]? _rented;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public KvKey(KvKeyPrefix prefix, string key, ref Buffer buffer)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> target = buffer;
        var length = prefix.Bytes.Length + key.Length;

        // Nearly all keys are short and ASCII.
        Bytes = length <= LongestInBuffer && BitConverter.IsLittleEndian && TryNarrow(prefix, key, ref MemoryMarshal.GetReference(target))
            ? target[..length]
            : Transcode(prefix.Bytes, key, target, out _rented);
    }

    /// <summary>The key's bytes, valid until <see cref="Return"/>.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Refuses a key that is too long to be set.</summary>
    public void CheckLength(string key)
    {
        if (Bytes.Length > MaxBytes)
        {
            throw new ArgumentException($"The key takes {Bytes.Length} bytes of UTF-8 with its prefix; at most {MaxBytes} are allowed. It begins with '{key.AsSpan(0, Math.Min(key.Length, 32))}'.", nameof(key));
        }
    }

    /// <summary>Gives a rented array back; the bytes are not valid any more.</summary>
    public void Return()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
        }
    }

    /// <summary>
    /// Writes prefix and ASCII text as bytes, in words of eight at multiples of eight, the last one filled up with zeros; false when there are other
    /// characters, and the target then holds nothing of use.
    /// </summary>
    private static bool TryNarrow(KvKeyPrefix prefix, string key, ref byte target)
    {
        foreach (var word in prefix.WholeWords)
        {
            Unsafe.WriteUnaligned(ref target, word);
            target = ref Unsafe.Add(ref target, sizeof(ulong));
        }

        const int CharsPerWord = sizeof(ulong);
        ref var source = ref Unsafe.As<char, ushort>(ref Unsafe.AsRef(in key.GetPinnableReference()));
        var bits = prefix.RestBits;
        var carry = prefix.Rest;
        var all = Vector128<ushort>.Zero;
        var length = key.Length;
        var offset = 0;
        for (; length - offset >= CharsPerWord; offset += CharsPerWord)
        {
            Append(Narrow(ref source, offset, ref all), ref carry, bits, ref target);
            target = ref Unsafe.Add(ref target, sizeof(ulong));
        }

        // What is left is cut out of a last word that reaches back, where the key is long enough for one.
        var rest = length - offset;
        var last = rest == 0 ? 0
            : length >= CharsPerWord ? Narrow(ref source, length - CharsPerWord, ref all) >> (8 * (CharsPerWord - rest))
            : NarrowFew(ref source, rest, ref all);
        Append(last, ref carry, bits, ref target);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, sizeof(ulong)), carry);
        return (all & Vector128.Create((ushort)0xff80)) == Vector128<ushort>.Zero;
    }

    /// <summary>Writes the bytes of the carry and, behind them, as many of the word as fit; the others are the new carry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Append(ulong word, ref ulong carry, int bits, ref byte target)
    {
        Unsafe.WriteUnaligned(ref target, carry | (word << bits));

        // In two steps, since a shift by 64 is none.
        carry = (word >> 1) >> (63 - bits);
    }

    /// <summary>Eight characters as eight bytes. Saturating would hide what is not ASCII, so all characters are gathered to be judged at the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Narrow(ref ushort source, int offset, ref Vector128<ushort> all)
    {
        var characters = Vector128.LoadUnsafe(ref source, (nuint)offset);
        all |= characters;
        return Vector128.Narrow(characters, characters).AsUInt64().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong NarrowFew(ref ushort source, int count, ref Vector128<ushort> all)
    {
        ulong word = 0;
        ushort seen = 0;
        for (var i = 0; i < count; i++)
        {
            var character = Unsafe.Add(ref source, i);
            seen |= character;
            word |= (ulong)(byte)character << (8 * i);
        }

        all |= Vector128.CreateScalar(seen);
        return word;
    }

    private static ReadOnlySpan<byte> Transcode(byte[] prefix, string key, Span<byte> target, out byte[]? rented)
    {
        rented = null;
        if (prefix.Length + ((long)key.Length * LongestCharInBytes) > target.Length)
        {
            rented = ArrayPool<byte>.Shared.Rent(checked(prefix.Length + (key.Length * LongestCharInBytes)));
            target = rented;
        }

        prefix.CopyTo(target);
        return Utf8.FromUtf16(key, target[prefix.Length..], out _, out var written, replaceInvalidSequences: false) == OperationStatus.Done
            ? target[..(prefix.Length + written)]
            : throw new ArgumentException("The key has an unpaired surrogate, which UTF-8 cannot carry.", nameof(key));
    }

    /// <summary>What callers put on their stack. Not a stackalloc, whose frames are slower to enter and to leave.</summary>
    [InlineArray(BufferBytes)]
    internal struct Buffer
    {
        private byte _first;
    }
}
