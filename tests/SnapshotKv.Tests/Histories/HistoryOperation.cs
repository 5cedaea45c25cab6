namespace SnapshotKv.Tests.Histories;

/// <summary>
/// One kind of operation in a history: how to carry it out, and what the model says to it. A new kind is a class like the ones in Operations/ and a
/// line in <see cref="HistoryOperations"/>.
/// </summary>
internal abstract record HistoryOperation
{
    /// <summary>The operation with what is known only when it is carried out, such as a version its thread has read. Comes before the invocation.</summary>
    public virtual HistoryOperation Bind(HistoryClient client) => this;

    /// <summary>Carries it out.</summary>
    /// <returns>What it answered.</returns>
    public abstract HistoryAnswer Run(HistoryClient client);

    /// <summary>Whether the operation may give this answer in this state; if so, the state becomes the one after it.</summary>
    public abstract bool TryApply(ref HistoryState state, HistoryAnswer answer);

    /// <summary>For operations whose answer follows from the state.</summary>
    protected static bool Become(ref HistoryState state, HistoryState next, HistoryAnswer answer, HistoryAnswer expected)
    {
        if (answer != expected)
        {
            return false;
        }

        state = next;
        return true;
    }
}
