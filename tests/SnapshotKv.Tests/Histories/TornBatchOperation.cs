using SnapshotKv.Tests.Histories.Operations;

namespace SnapshotKv.Tests.Histories;

/// <summary>A batch as it must not be carried out: one key after the other. Shows that the checker sees that.</summary>
internal sealed record TornBatchOperation(BatchOperation Whole) : HistoryOperation
{
    public override HistoryAnswer Run(HistoryClient client)
    {
        foreach (var (key, value) in Whole.Changes)
        {
            if (value is { } set)
            {
                client.Store.Set(key, set);
            }
            else
            {
                client.Store.Remove(key);
            }

            Thread.Yield();
        }

        return HistoryAnswer.Done;
    }

    public override bool TryApply(ref HistoryState state, HistoryAnswer answer) => Become(ref state, Whole.Apply(state), answer, HistoryAnswer.Done);

    public override string ToString() => $"torn {Whole}";
}
