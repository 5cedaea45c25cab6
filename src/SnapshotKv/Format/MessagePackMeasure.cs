using SnapshotKv.MessagePack;

namespace SnapshotKv.Format;

/// <summary>Finds where a MessagePack value ends, and so whether bytes are well-formed, without decoding and at any depth.</summary>
/// <remarks>
/// No stack is needed: it is enough to count the tokens that are still owed. So a value nested a million deep costs neither stack nor heap.
/// </remarks>
internal static class MessagePackMeasure
{
    /// <summary>Measures the value at the start of the bytes.</summary>
    public static MessagePackExtent Measure(ReadOnlySpan<byte> source, out int length)
    {
        var offset = 0;
        var owed = 1UL;
        length = 0;
        while (owed > 0)
        {
            // A token takes a byte at the least.
            if (owed > (ulong)(source.Length - offset) || !MessagePackToken.TryRead(source[offset..], out var token))
            {
                return MessagePackExtent.Incomplete;
            }

            if (token.Kind == MessagePackKind.None)
            {
                return MessagePackExtent.Malformed;
            }

            if (token.PayloadSize > (uint)(source.Length - offset - token.HeadSize))
            {
                return MessagePackExtent.Incomplete;
            }

            offset += token.HeadSize + (int)token.PayloadSize;
            owed += token.ChildCount;
            owed--;
        }

        length = offset;
        return MessagePackExtent.Complete;
    }

    /// <summary>Whether the bytes are exactly one well-formed value.</summary>
    public static bool IsOneValue(ReadOnlySpan<byte> source) =>
        Measure(source, out var length) == MessagePackExtent.Complete && length == source.Length;
}
