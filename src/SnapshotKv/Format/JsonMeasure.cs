using System.Text.Json;

namespace SnapshotKv.Format;

/// <summary>Whether bytes are JSON, without decoding them.</summary>
internal static class JsonMeasure
{
    /// <summary>How deep Go lets JSON be nested. The reader keeps a bit for a level, and no stack.</summary>
    public const int MaxDepth = 10_000;

    /// <summary>Whether the bytes are exactly one JSON value, blanks around it aside.</summary>
    public static bool IsOneValue(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
            {
                // Each token is checked by being read.
            }

            return true;
        }
        catch (JsonException)
        {
            // Not JSON, or more than one value: the answer, not a fault. There is no form of the reader that does not throw.
            return false;
        }
    }
}
