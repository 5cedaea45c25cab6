using System.Text;

namespace SnapshotKv.Engine;

/// <summary>Says what a transaction met.</summary>
internal static class Conflicts
{
    private const string Advice = "Nothing of this transaction was carried out; begin another one and try again.";

    /// <param name="key">The key that was changed; null when it is not known which.</param>
    /// <param name="partitionBytes">How much of each key the transaction does not see.</param>
    public static KvConflictException With(byte[]? key, int partitionBytes)
    {
        if (key is null)
        {
            return new($"What this transaction relies on was changed by another since it began, or so much was changed that this is not known any more. {Advice}");
        }

        var text = Encoding.UTF8.GetString(key.AsSpan(partitionBytes));
        return new(text, $"Key '{text}' was changed by another since this transaction began. {Advice}");
    }
}
