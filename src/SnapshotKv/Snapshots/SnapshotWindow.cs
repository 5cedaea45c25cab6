using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>
/// A stretch of a snapshot's bytes that slides from front to back. It grows only when what must be seen in one piece is longer than it, and then
/// never to more than twice the bytes that really came: a length that a file merely claims costs nothing. Not thread-safe.
/// </summary>
internal sealed class SnapshotWindow(Stream source, int size, long maxSnapshotBytes, CancellationToken cancellationToken)
{
    public const int UsualSize = 1 << 20;

    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(size);
    private int _start;
    private int _end;
    private int _summed;
    private long _bufferOffset;
    private Crc32C _checksum = new();

    /// <summary>What is in sight and not yet passed.</summary>
    public ReadOnlySpan<byte> Available => _buffer.AsSpan(_start, _end - _start);

    /// <summary>The offset of the first byte of <see cref="Available"/> in the snapshot.</summary>
    public long Offset => _bufferOffset + _start;

    /// <summary>Whether nothing comes after <see cref="Available"/>.</summary>
    public bool IsFinal { get; private set; }

    public void Advance(int count) => _start += count;

    /// <summary>Brings more into sight; what was passed before is gone, and what was left moves.</summary>
    /// <returns>False when nothing is left to bring.</returns>
    public bool Fill()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (IsFinal)
        {
            return false;
        }

        MakeRoom();
        var before = _end;
        while (_end < _buffer.Length)
        {
            var read = source.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0)
            {
                IsFinal = true;
                break;
            }

            _end += read;
            if (_bufferOffset + _end > maxSnapshotBytes)
            {
                throw new SnapshotTooLargeException(maxSnapshotBytes);
            }
        }

        return _end > before;
    }

    /// <summary>The CRC-32C of all bytes up to a place ahead, which may only move forward from call to call.</summary>
    public uint GetChecksumTo(int ahead)
    {
        Sum(_start + ahead);
        return _checksum.Value;
    }

    private void MakeRoom()
    {
        Sum(_start);
        _summed = Math.Max(_summed - _start, 0);
        var left = _end - _start;
        var target = _buffer;
        if (left == _buffer.Length)
        {
            if (_buffer.Length == Array.MaxLength)
            {
                throw new SnapshotDamageException($"an entry is longer than {Array.MaxLength} bytes", Offset);
            }

            target = GC.AllocateUninitializedArray<byte>((int)Math.Min(2L * _buffer.Length, Array.MaxLength));
        }

        Buffer.BlockCopy(_buffer, _start, target, 0, left);
        _buffer = target;
        _bufferOffset += _start;
        _start = 0;
        _end = left;
    }

    private void Sum(int end)
    {
        if (end > _summed)
        {
            _checksum.Append(_buffer.AsSpan(_summed, end - _summed));
            _summed = end;
        }
    }
}
