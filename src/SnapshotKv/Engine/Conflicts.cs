using System.Text;

namespace SnapshotKv.Engine;

/// <summary>Says what a transaction met.</summary>
internal static class Conflicts
{
    /// <param name="key">The key that was changed; null or empty when it is not known which.</param>
    public static KvConflictException With(ReadOnlySpan<byte> key)
    {
        const string Advice = "Nothing of this transaction was carried out; begin another one and try again.";
        if (key.IsEmpty)
        {
            return new($"What this transaction relies on was changed by another since it began, or it has been open for so long that this is not known any more. {Advice}");
        }

        var text = Encoding.UTF8.GetString(key);
        return new(text, $"Key '{text}' was changed by another since this transaction began. {Advice}");
    }
}
