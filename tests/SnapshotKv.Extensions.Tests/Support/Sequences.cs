using System.Buffers;

namespace SnapshotKv.Extensions.Tests.Support;

/// <summary>The shapes in which a sequence of bytes can come.</summary>
internal static class Sequences
{
    /// <summary>The bytes in segments of their own, with an empty one in the middle.</summary>
    public static ReadOnlySequence<byte> Segmented(params byte[][] parts)
    {
        var first = new Segment(parts[0], null);
        var last = parts.Skip(1).Aggregate(first, (before, part) => new Segment(part, before));
        return new(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? before)
        {
            Memory = bytes;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
