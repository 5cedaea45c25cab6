using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace SnapshotKv;

/// <summary>A key as UTF-8 behind its partition's prefix: on the stack when it is of usual length, else in a rented array.</summary>
/// <remarks>
/// Whoever made it calls <see cref="Return"/>, but not in a finally: an exception costs the pool one array, a protected region would cost every
/// read some time.
/// </remarks>
internal readonly ref struct KvKey
{
    /// <summary>The longest key that can be set, with its partition's prefix, in bytes of UTF-8. A file may bring longer ones; they can be read and removed.</summary>
    public const int MaxBytes = 65_535;

    /// <summary>What callers reserve on the stack.</summary>
    public const int StackBytes = 256;

    private const int LongestCharInBytes = 3;

    private readonly byte[]? _rented;

    public KvKey(ReadOnlySpan<byte> prefix, string key, Span<byte> stack)
    {
        ArgumentNullException.ThrowIfNull(key);
        var target = stack;
        if (prefix.Length + ((long)key.Length * LongestCharInBytes) > stack.Length)
        {
            _rented = ArrayPool<byte>.Shared.Rent(checked(prefix.Length + (key.Length * LongestCharInBytes)));
            target = _rented;
        }

        prefix.CopyTo(target);

        // Nearly all keys are ASCII, for which this is the shorter way.
        var rest = target[prefix.Length..];
        if (Ascii.FromUtf16(key, rest, out var written) != OperationStatus.Done
            && Utf8.FromUtf16(key, rest, out _, out written, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            throw new ArgumentException("The key has an unpaired surrogate, which UTF-8 cannot carry.", nameof(key));
        }

        Bytes = target[..(prefix.Length + written)];
    }

    /// <summary>The key's bytes, valid until disposal.</summary>
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
}
