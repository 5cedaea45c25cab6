using System.Buffers;

namespace SnapshotKv.Extensions.Tests.Support;

/// <summary>A buffer writer that a miss must not even look at.</summary>
internal sealed class UntouchableWriter : IBufferWriter<byte>
{
    public void Advance(int count) => throw new InvalidOperationException("A miss advanced the writer.");

    public Memory<byte> GetMemory(int sizeHint = 0) => throw new InvalidOperationException("A miss asked the writer for memory.");

    public Span<byte> GetSpan(int sizeHint = 0) => throw new InvalidOperationException("A miss asked the writer for a span.");
}
