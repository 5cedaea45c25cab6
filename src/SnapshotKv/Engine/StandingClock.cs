namespace SnapshotKv.Engine;

/// <summary>A clock that stands still: a transaction's own time.</summary>
internal sealed class StandingClock(long now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => KvClock.ToDateTimeOffset(now);
}
