using System.Buffers;
using System.Text.Unicode;

namespace SnapshotKv;

/// <summary>A key as UTF-8 behind its partition's prefix: on the stack when it is of usual length, else in a rented array.</summary>
/// <remarks>Dispose it to give the array back. Not in a finally: an exception costs the pool one array, a protected region every read some time.</remarks>
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
        if (Utf8.FromUtf16(key, target[prefix.Length..], out _, out var written, replaceInvalidSequences: false) != OperationStatus.Done)
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

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
        }
    }
}
