using System.IO.Compression;

namespace SnapshotKv.Format;

/// <summary>
/// A constant gzip member that is put behind compressed bytes when they are read, to find out whether they were whole.
/// </summary>
/// <remarks>
/// The framework's reader gives short data without an error when its input ends early, and stops without an error at bytes after a member that
/// are not another one. With the sentinel behind them, whole bytes and only whole bytes expand to something that ends with the sentinel's text:
/// an incomplete member swallows the sentinel, and trailing bytes hide it. Each member's own CRC and length the reader does check, once it gets to them.
/// </remarks>
internal static class GzipSentinel
{
    private static readonly byte[] Compressed = Compress();

    /// <summary>The text at the end of whole data.</summary>
    public static ReadOnlySpan<byte> Text => "SnapshotKv: the bytes before this were whole."u8;

    /// <summary>The member to put behind the bytes.</summary>
    public static ReadOnlySpan<byte> Member => Compressed;

    private static byte[] Compress()
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Text);
        }

        return output.ToArray();
    }
}
