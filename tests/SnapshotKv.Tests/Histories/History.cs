namespace SnapshotKv.Tests.Histories;

/// <summary>What several threads did to one store that was empty before, in the order of invocation.</summary>
internal sealed class History(IEnumerable<HistoryEvent> events)
{
    public IReadOnlyList<HistoryEvent> Events { get; } = [.. events.OrderBy(item => item.Invoked)];

    /// <summary>How many pairs of operations ran at the same time.</summary>
    public int Overlaps => Events.Index().Sum(item => Events.Take(item.Index).Count(earlier => earlier.Answered > item.Item.Invoked));

    public override string ToString() => string.Join('\n', Events);
}
