using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>How arrays and maps begin.</summary>
internal static class Containers
{
    /// <summary>
    /// How many elements are given room before they are read. The reader knows that the bytes for a declared count are there, but one byte can
    /// stand for an element of many.
    /// </summary>
    public const int TrustedCount = 256;

    public static int ReadArrayHead(ref MessagePackReader reader, Type asked, int depth) =>
        ReadHead(ref reader, MessagePackKind.Array, asked, depth);

    public static int ReadMapHead(ref MessagePackReader reader, Type asked, int depth) =>
        ReadHead(ref reader, MessagePackKind.Map, asked, depth);

    private static int ReadHead(ref MessagePackReader reader, MessagePackKind kind, Type asked, int depth)
    {
        var start = reader.Offset;
        var token = reader.ReadHead();
        if (token.Kind != kind)
        {
            throw ValueErrors.Mismatch(token, asked, start);
        }

        ValueErrors.ThrowIfTooDeep(depth, start);
        return (int)token.Length;
    }
}
