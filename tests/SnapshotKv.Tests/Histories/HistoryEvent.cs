namespace SnapshotKv.Tests.Histories;

/// <summary>One operation as it happened: between the two instants, in an order common to all threads, it took effect.</summary>
internal sealed record HistoryEvent(int Thread, long Invoked, long Answered, HistoryOperation Operation, HistoryAnswer Answer)
{
    /// <summary>When an operation is answered that a crash interrupts: it may have taken effect, and then as its answer would have said, or not.</summary>
    public const long Never = long.MaxValue;

    public override string ToString() => $"thread {Thread} [{Invoked,3} .. {(Answered == Never ? "   " : $"{Answered,3}")}] {Operation} -> {Answer}";
}
