using SnapshotKv.Snapshots;

namespace SnapshotKv.Tests.Blobs;

/// <summary>Breaks once it has given some bytes.</summary>
internal sealed class ThrowingStream(int after, Exception failure) : ReadOnlyStream
{
    private int _left = after;

    public override int Read(Span<byte> buffer)
    {
        if (_left == 0)
        {
            throw failure;
        }

        var read = Math.Min(_left, buffer.Length);
        _left -= read;
        return read;
    }
}
