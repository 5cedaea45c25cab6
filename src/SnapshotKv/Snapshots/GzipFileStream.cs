using System.IO.Compression;
using SnapshotKv.FileSystem;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>Expands any gzip file as it streams, and refuses one that is cut short or has other bytes behind it: see <see cref="GzipSentinel"/>.</summary>
internal sealed class GzipFileStream : ReadOnlyStream
{
    private const int BufferSize = 1 << 16;

    private readonly GZipStream _gzip;
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _start;
    private int _end;

    public GzipFileStream(IFileHandle file) =>
        _gzip = new(new FileReadStream(file, GzipSentinel.Member.ToArray()), CompressionMode.Decompress);

    public override int Read(Span<byte> buffer)
    {
        // The last bytes are always held back: they may be the sentinel's.
        var tail = GzipSentinel.Text.Length;
        while (_end - _start <= tail)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
            var read = _gzip.Read(_buffer, _end, _buffer.Length - _end);
            if (read == 0)
            {
                return _buffer.AsSpan(0, _end).SequenceEqual(GzipSentinel.Text)
                    ? 0
                    : throw new SnapshotDamageException("the gzip data is cut short, or other bytes follow it");
            }

            _end += read;
        }

        var count = Math.Min(buffer.Length, _end - _start - tail);
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
        }

        base.Dispose(disposing);
    }
}
