namespace SnapshotKv.Tests.Histories;

/// <summary>One operation as it happened: between the two instants, in an order common to all threads, it took effect.</summary>
internal sealed record HistoryEvent(int Thread, long Invoked, long Answered, HistoryOperation Operation, HistoryAnswer Answer)
{
    public override string ToString() => $"thread {Thread} [{Invoked,3} .. {Answered,3}] {Operation} -> {Answer}";
}
