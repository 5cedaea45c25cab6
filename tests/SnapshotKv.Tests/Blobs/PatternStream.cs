using SnapshotKv.Snapshots;

namespace SnapshotKv.Tests.Blobs;

/// <summary>Bytes that are worked out as they are read, and how many were asked for at once.</summary>
internal sealed class PatternStream(long length) : ReadOnlyStream
{
    private const int Period = 251;

    private long _position;

    /// <summary>The longest buffer that was to be filled.</summary>
    public int LongestRead { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        LongestRead = Math.Max(LongestRead, buffer.Length);
        var read = (int)Math.Min(buffer.Length, length - _position);
        Fill(buffer[..read], _position);
        _position += read;
        return read;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    /// <summary>The bytes that stand at a place.</summary>
    public static void Fill(Span<byte> target, long position)
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = (byte)((position + i) % Period);
        }
    }
}
