namespace SnapshotKv.Engine;

/// <summary>
/// The clock of an open store, which can be bound to another one: whoever opened the store first may not have had the one that counts, as configuration,
/// which comes before the container.
/// </summary>
/// <remarks>Thread-safe. Timers stay with the clock they were made by: their owner makes them anew.</remarks>
internal sealed class BoundTimeProvider(TimeProvider source) : TimeProvider
{
    private volatile TimeProvider _source = source;

    public bool IsSystem => ReferenceEquals(_source, System);

    public override TimeZoneInfo LocalTimeZone => _source.LocalTimeZone;

    public override long TimestampFrequency => _source.TimestampFrequency;

    public void Bind(TimeProvider source) => _source = source;

    public bool IsBoundTo(TimeProvider source) => ReferenceEquals(_source, source);

    public override DateTimeOffset GetUtcNow() => _source.GetUtcNow();

    public override long GetTimestamp() => _source.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _source.CreateTimer(callback, state, dueTime, period);
}
