namespace SnapshotKv.Testing;

/// <summary>Carries a write out, in parts where a test wants to look in between.</summary>
internal static class WriteInParts
{
    /// <summary>Writes bytes at an offset.</summary>
    internal delegate void Writer(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Writes all bytes.</summary>
    /// <param name="write">Writes a part of them.</param>
    /// <param name="bytes">What.</param>
    /// <param name="offset">Where to.</param>
    /// <param name="middle">Which of them are there when something is done, and what; null to write them at once.</param>
    public static void Write(Writer write, ReadOnlySpan<byte> bytes, long offset, (Range Done, Action Callback)? middle)
    {
        if (middle is not { } cut)
        {
            write(bytes, offset);
            return;
        }

        var (start, count) = cut.Done.GetOffsetAndLength(bytes.Length);
        write(bytes.Slice(start, count), offset + start);
        cut.Callback();
        write(bytes[..start], offset);
        write(bytes[(start + count)..], offset + start + count);
    }
}
