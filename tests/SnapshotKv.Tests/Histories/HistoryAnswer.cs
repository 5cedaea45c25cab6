namespace SnapshotKv.Tests.Histories;

/// <summary>What an operation answered. Cheap to make, so that threads lose no time between operations.</summary>
internal readonly record struct HistoryAnswer(string? Word, long? First = null, long? Second = null)
{
    /// <summary>The answer of an operation that returns nothing.</summary>
    public static HistoryAnswer Done => "done";

    /// <summary>The answer of a read that found nothing.</summary>
    public static HistoryAnswer None => "none";

    public static implicit operator HistoryAnswer(string word) => new(word);

    public static implicit operator HistoryAnswer(long value) => new(null, value);

    public static HistoryAnswer YesNo(bool answer) => answer ? "yes" : "no";

    public override string ToString() => string.Join(" ", new object?[] { Word, First, Second }.Where(part => part is not null));
}
