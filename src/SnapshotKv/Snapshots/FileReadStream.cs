using SnapshotKv.FileSystem;

namespace SnapshotKv.Snapshots;

/// <summary>A file from front to back, with some bytes of ours behind it. Does not own the file.</summary>
internal sealed class FileReadStream(IFileHandle file, ReadOnlyMemory<byte> behind) : ReadOnlyStream
{
    private long _offset;
    private int _behindOffset;

    public override int Read(Span<byte> buffer)
    {
        var read = _behindOffset == 0 ? file.Read(buffer, _offset) : 0;
        _offset += read;
        if (read < buffer.Length && _behindOffset < behind.Length)
        {
            var rest = behind.Span[_behindOffset..];
            rest = rest[..Math.Min(rest.Length, buffer.Length - read)];
            rest.CopyTo(buffer[read..]);
            _behindOffset += rest.Length;
            read += rest.Length;
        }

        return read;
    }
}
