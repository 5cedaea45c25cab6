using System.Globalization;
using System.Text;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization;

/// <summary>
/// Says where in a MessagePack value an offset lies, in the words of JSON paths: <c>$.items[3].name</c>. Only failures pay for it.
/// </summary>
internal static class ValuePath
{
    private const int LongestName = 64;

    /// <summary>The path to the innermost value that begins at or spans the offset, as far as the bytes can be followed.</summary>
    public static string Find(ReadOnlySpan<byte> source, long offset)
    {
        var path = new StringBuilder("$");
        var reader = new MessagePackReader(source);
        try
        {
            for (var depth = 0; depth < MessagePackReader.MaxDepth && reader.Offset < offset; depth++)
            {
                var token = reader.ReadHead();
                var into = token.Kind switch
                {
                    MessagePackKind.Array => EnterElement(ref reader, token.Length, offset, path),
                    MessagePackKind.Map => EnterValue(ref reader, token.Length, offset, path),
                    _ => false,
                };
                if (!into)
                {
                    break;
                }
            }
        }
        catch (MessagePackFormatException)
        {
            // The damage being reported: the path ends in front of it.
        }

        return path.ToString();
    }

    private static bool EnterElement(ref MessagePackReader reader, uint count, long offset, StringBuilder path)
    {
        for (uint i = 0; i < count; i++)
        {
            if (SpansOffset(reader, offset))
            {
                path.Append(CultureInfo.InvariantCulture, $"[{i}]");
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    private static bool EnterValue(ref MessagePackReader reader, uint count, long offset, StringBuilder path)
    {
        for (uint i = 0; i < count; i++)
        {
            if (SpansOffset(reader, offset))
            {
                return false;
            }

            var name = reader.Peek().Kind is MessagePackKind.String or MessagePackKind.Binary ? reader.ReadStringOrBinary() : reader.Skip();
            if (SpansOffset(reader, offset))
            {
                path.Append('.').Append(Encoding.UTF8.GetString(name[..Math.Min(name.Length, LongestName)]));
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    // A value that cannot be skipped is the one at fault.
    private static bool SpansOffset(MessagePackReader reader, long offset)
    {
        try
        {
            reader.Skip();
            return offset < reader.Offset;
        }
        catch (MessagePackFormatException)
        {
            return true;
        }
    }
}
