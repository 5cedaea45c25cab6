using SnapshotKv.MessagePack;

namespace SnapshotKv.Tests.Serialization;

/// <summary>The tables of types in docs/formats/values.md, read so that they can be held against what the serializers do.</summary>
internal static class ValuesTable
{
    private const string Heading = "| .NET | MessagePack | JSON | Go |";

    public static IReadOnlyList<Row> Rows()
    {
        var lines = Repository.Read("docs/formats/values.md").Split('\n');
        var headings = Enumerable.Range(0, lines.Length).Where(i => lines[i] == Heading).ToList();
        headings.Count.ShouldBe(2, "one table of what is written directly, one of what goes by way of JSON");
        return [.. headings.SelectMany(heading => lines.Skip(heading + 2).TakeWhile(line => line.StartsWith('|'))).Select(Parse)];
    }

    /// <summary>What the table calls the form that a value has.</summary>
    public static string FormOf(KvFormat format, ReadOnlySpan<byte> bytes)
    {
        if (format == KvFormat.Json)
        {
            return bytes[0] switch
            {
                (byte)'"' => "string",
                (byte)'{' => "object",
                (byte)'[' => "array",
                (byte)'t' or (byte)'f' or (byte)'n' => $"`{System.Text.Encoding.ASCII.GetString(bytes)}`",
                _ => "number",
            };
        }

        return new MessagePackReader(bytes).NextKind switch
        {
            MessagePackKind.Nil => "nil",
            MessagePackKind.Boolean => "boolean",
            MessagePackKind.Float32 => "float 32",
            MessagePackKind.Float64 => "float 64",
            MessagePackKind.String => "str",
            MessagePackKind.Binary => "bin",
            MessagePackKind.Array => "array",
            MessagePackKind.Map => "map",
            MessagePackKind.Extension => "timestamp",
            _ => "integer",
        };
    }

    private static Row Parse(string line)
    {
        var cells = line.Trim('|').Split('|').Select(cell => cell.Trim()).ToList();
        cells.Count.ShouldBe(4, line);

        // Commas part the shapes, but for those between type arguments.
        var shapes = cells[0].Replace("<string, T>", "<string; T>", StringComparison.Ordinal).Replace("<K, V>", "<K; V>", StringComparison.Ordinal)
            .Split(", ").Select(shape => shape.Replace("`", "", StringComparison.Ordinal).Replace(';', ',').Trim());
        return new([.. shapes], cells[1], cells[2]);
    }

    internal sealed record Row(IReadOnlyList<string> Shapes, string MessagePack, string Json);
}
