using SnapshotKv.Snapshots;

namespace SnapshotKv.Tests.Blobs;

/// <summary>Always has more, and counts how often it is asked.</summary>
internal sealed class EndlessStream : ReadOnlyStream
{
    public int Reads { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        Reads++;
        return buffer.Length;
    }
}
