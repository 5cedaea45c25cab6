using System.Buffers;

namespace SnapshotKv.Serialization;

/// <summary>A growing buffer on rented arrays. Not thread-safe; the bytes are valid until <see cref="Dispose"/>.</summary>
internal sealed class PooledBuffer : IBufferWriter<byte>, IDisposable
{
    private const int SmallestArray = 1024;

    private byte[] _array = ArrayPool<byte>.Shared.Rent(SmallestArray);
    private int _used;

    public ReadOnlySpan<byte> Written => _array.AsSpan(0, _used);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_array.Length - _used));
        _used += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _array.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _array.AsSpan(_used);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_array);
        _array = [];
        _used = 0;
    }

    private void Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        var needed = checked(_used + Math.Max(sizeHint, 1));
        if (needed <= _array.Length)
        {
            return;
        }

        var doubled = (int)Math.Min((uint)_array.Length * 2, (uint)Array.MaxLength);
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, doubled));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }
}
