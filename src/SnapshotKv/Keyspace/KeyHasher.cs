using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SnapshotKv.Keyspace;

/// <summary>
/// A hash of keys under secrets that each table draws for itself, since keys can come from attackers: with a fixed hash, colliding keys are made
/// in a moment.
/// </summary>
/// <remarks>
/// Two strengths. The fast one multiplies 64 by 64 bits and folds the halves, in the manner of Wang Yi's wyhash, but with random secrets: a few
/// nanoseconds for a usual key. Should somebody find collisions nevertheless, the table sees a long probe run and changes to SipHash-1-3
/// (Aumasson and Bernstein, "SipHash: a fast short-input PRF"), which has no known weakness of the kind.
/// </remarks>
internal sealed class KeyHasher
{
    private readonly ulong _secret0;
    private readonly ulong _secret1;

    private KeyHasher(ulong secret0, ulong secret1, bool isStrong)
    {
        _secret0 = secret0;
        _secret1 = secret1;
        IsStrong = isStrong;
    }

    /// <summary>Whether this is the hash of last resort.</summary>
    public bool IsStrong { get; }

    public static KeyHasher CreateFast()
    {
        var (secret0, secret1) = DrawSecrets();

        // Odd, so that a multiplication by them loses nothing.
        return new(secret0 | 1, secret1 | 1, isStrong: false);
    }

    public static KeyHasher CreateStrong()
    {
        var (secret0, secret1) = DrawSecrets();
        return new(secret0, secret1, isStrong: true);
    }

    /// <summary>A hasher whose secrets are known, so that a test can make keys collide.</summary>
    internal static KeyHasher CreateForTest(ulong secret0, ulong secret1, bool isStrong) => new(secret0, secret1, isStrong);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Hash(ReadOnlySpan<byte> key) => IsStrong ? SipHash13(key, _secret0, _secret1) : Fold(key, _secret0, _secret1);

    private static (ulong Secret0, ulong Secret1) DrawSecrets()
    {
        Span<byte> secrets = stackalloc byte[2 * sizeof(ulong)];
        RandomNumberGenerator.Fill(secrets);
        return (BinaryPrimitives.ReadUInt64LittleEndian(secrets), BinaryPrimitives.ReadUInt64LittleEndian(secrets[sizeof(ulong)..]));
    }

    /// <summary>
    /// Reads words at multiples of eight, and the rest in pieces that do not reach back over such a boundary: a key that was just written in words of
    /// eight bytes is then read out of the processor's store buffer without waiting for it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ReadOnlySpan<byte> key, ulong secret0, ulong secret1)
    {
        ref var start = ref MemoryMarshal.GetReference(key);
        var length = (nuint)key.Length;
        var state = secret0;
        nuint offset = 0;
        for (; length - offset >= 16; offset += 16)
        {
            state = MultiplyFold(Read64(ref start, offset) ^ secret1, Read64(ref start, offset + 8) ^ state);
        }

        ulong low = 0;
        if (length - offset >= 8)
        {
            low = Read64(ref start, offset);
            offset += 8;
        }

        var high = ReadRest(ref Unsafe.Add(ref start, offset), length - offset);
        return MultiplyFold(secret1 ^ length, MultiplyFold(low ^ secret1, high ^ state));
    }

    /// <summary>The last 0 to 7 bytes as a number that differs for each content of that length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ReadRest(ref byte start, nuint length)
    {
        if (length >= 4)
        {
            return Read32(ref start, 0) | (Read32(ref start, length - 4) << 32);
        }

        return length > 0
            ? start | ((ulong)Unsafe.Add(ref start, length >> 1) << 8) | ((ulong)Unsafe.Add(ref start, length - 1) << 16)
            : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyFold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read64(ref byte start, nuint offset) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read32(ref byte start, nuint offset) => Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref start, offset));

    private static ulong SipHash13(ReadOnlySpan<byte> key, ulong secret0, ulong secret1)
    {
        var v0 = secret0 ^ 0x736f6d6570736575;
        var v1 = secret1 ^ 0x646f72616e646f6d;
        var v2 = secret0 ^ 0x6c7967656e657261;
        var v3 = secret1 ^ 0x7465646279746573;
        var rest = key;
        while (rest.Length >= sizeof(ulong))
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(rest);
            v3 ^= word;
            SipRound(ref v0, ref v1, ref v2, ref v3);
            v0 ^= word;
            rest = rest[sizeof(ulong)..];
        }

        var last = (ulong)key.Length << 56;
        for (var i = 0; i < rest.Length; i++)
        {
            last |= (ulong)rest[i] << (8 * i);
        }

        v3 ^= last;
        SipRound(ref v0, ref v1, ref v2, ref v3);
        v0 ^= last;
        v2 ^= 0xff;
        SipRound(ref v0, ref v1, ref v2, ref v3);
        SipRound(ref v0, ref v1, ref v2, ref v3);
        SipRound(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SipRound(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
