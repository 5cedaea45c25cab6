using System.Buffers;

namespace SnapshotKv.Extensions.Tests.Support;

/// <summary>Memory that tells when somebody looks into it.</summary>
internal sealed class ObservedBytes(byte[] content, Action onRead) : MemoryManager<byte>
{
    public override Span<byte> GetSpan()
    {
        onRead();
        return content;
    }

    public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException("Nothing of it needs an address.");

    public override void Unpin()
    {
        // Nothing was pinned.
    }

    protected override void Dispose(bool disposing)
    {
        // An array ends by itself.
    }
}
