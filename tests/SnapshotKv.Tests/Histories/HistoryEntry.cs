namespace SnapshotKv.Tests.Histories;

/// <summary>What the model knows of a key. The default is a key without a live entry.</summary>
/// <param name="Version">The number of the commit that set it, 0 when there is no entry.</param>
/// <param name="Value">The value.</param>
/// <param name="IsTagged">Whether the entry has the one tag that histories use.</param>
internal readonly record struct HistoryEntry(long Version, long Value, bool IsTagged = false)
{
    public bool Exists => Version != 0;

    /// <summary>The answer of a read.</summary>
    public HistoryAnswer Answer => Exists ? Value : HistoryAnswer.None;
}
