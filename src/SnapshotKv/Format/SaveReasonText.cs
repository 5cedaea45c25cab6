using System.Text;

namespace SnapshotKv.Format;

/// <summary>The reasons of saves as snapshots spell them. They are public facts: none is ever given another meaning.</summary>
internal static class SaveReasonText
{
    private static readonly string[] Texts = ["unknown", "timer", "requested", "closing", "journal", "recovery", "before-restore", "restore"];

    /// <summary>More than the longest has: a longer text is of a later version.</summary>
    public const int MostBytes = 32;

    public static string ToText(KvSaveReason reason) => Texts[(int)reason];

    /// <summary>A reason that is not known is of a later version of this library, and not told.</summary>
    public static KvSaveReason Parse(ReadOnlySpan<byte> utf8) =>
        utf8.Length <= MostBytes && Array.IndexOf(Texts, Encoding.UTF8.GetString(utf8)) is var found and > 0 ? (KvSaveReason)found : KvSaveReason.Unknown;
}
