using SnapshotKv.Tests.Histories.Operations;

namespace SnapshotKv.Tests.Histories;

/// <summary>The kinds of operations that histories are made of, with how often each comes.</summary>
/// <remarks>
/// Counts and listings are not here: they are promised key by key, not as one point in time (<see cref="IKvStore.GetKeys"/>).
/// </remarks>
internal static class HistoryOperations
{
    public static readonly IReadOnlyList<(int Weight, Func<Random, HistoryOperation> Draw)> All =
    [
        (6, GetOperation.Draw),
        (5, SetOperation.Draw),
        (2, RemoveOperation.Draw),
        (1, ExistsOperation.Draw),
        (4, BatchOperation.Draw),
        (1, _ => new ClearOperation()),
        (1, _ => new RemoveByPrefixOperation()),
        (3, SetTaggedOperation.Draw),
        (1, _ => new RemoveByTagOperation()),
        (5, GetVersionOperation.Draw),
        (2, IncrementOperation.Draw),
        (2, TryAddOperation.Draw),
        (3, TryUpdateOperation.Draw),
        (3, ConditionalBatchOperation.Draw),
        (4, TransactOperation.Draw),
        (1, _ => new CountInTransactionOperation()),
    ];

    public static HistoryOperation Draw(IReadOnlyList<(int Weight, Func<Random, HistoryOperation> Draw)> kinds, Random random)
    {
        var at = random.Next(kinds.Sum(kind => kind.Weight));
        return kinds.First(kind => (at -= kind.Weight) < 0).Draw(random);
    }
}
