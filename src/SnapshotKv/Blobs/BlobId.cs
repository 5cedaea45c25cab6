using System.Buffers;
using System.Text;

namespace SnapshotKv.Blobs;

/// <summary>
/// The name of a blob: a UUID in its 36 lower-case characters. A reference from a file is parsed as one before it becomes a path; whatever is none
/// leads nowhere.
/// </summary>
/// <param name="Value">The UUID; Go and this library make them of version 7, and any other version is as good.</param>
internal readonly record struct BlobId(Guid Value)
{
    /// <summary>The length of the text, in characters and bytes alike.</summary>
    public const int TextLength = 36;

    /// <summary>What is put behind an id to make the name of its file.</summary>
    public const string FileSuffix = ".bin";

    /// <summary>The characters of the id, its last, that name the directory its file lies in.</summary>
    public const int ShardLength = 3;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("0123456789abcdef-");

    /// <summary>The directory that the file lies in: the last characters, which are random.</summary>
    public string ShardName => ToString()[^ShardLength..];

    /// <summary>The file's name.</summary>
    public string FileName => ToString() + FileSuffix;

    /// <summary>Reads an id in exactly the form that is written: another spelling would be another file.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out BlobId id)
    {
        // The framework's parser also takes capitals, blanks around, and signs in the groups.
        if (text.Length == TextLength && !text.ContainsAnyExcept(Allowed) && Guid.TryParseExact(text, "D", out var value))
        {
            id = new(value);
            return true;
        }

        id = default;
        return false;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{char}, out BlobId)"/>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out BlobId id)
    {
        Span<char> text = stackalloc char[TextLength];
        id = default;
        return utf8.Length == TextLength && Encoding.Latin1.GetChars(utf8, text) == TextLength && TryParse(text, out id);
    }

    /// <summary>Reads the id out of a file's name.</summary>
    public static bool TryParseFileName(ReadOnlySpan<char> name, out BlobId id)
    {
        id = default;
        return name.EndsWith(FileSuffix, StringComparison.Ordinal) && TryParse(name[..^FileSuffix.Length], out id);
    }

    /// <summary>The text as bytes, as records refer to it.</summary>
    public byte[] ToUtf8()
    {
        var bytes = new byte[TextLength];
        Value.TryFormat(bytes, out _, "D");
        return bytes;
    }

    public override string ToString() => Value.ToString("D");
}
