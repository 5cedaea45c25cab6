namespace SnapshotKv.Engine;

/// <summary>Since when the oldest change waits that no snapshot has.</summary>
/// <remarks>Thread-safe. A commit pays one comparison while an earlier one waits already.</remarks>
internal sealed class UnsavedChanges(CommitPipeline pipeline, KvClock clock)
{
    private const long None = 0;

    private long _sinceTicks;

    /// <summary>Whether nothing is known to wait.</summary>
    public bool IsEmpty => Volatile.Read(ref _sinceTicks) == None;

    /// <summary>Since when; null when nothing waits.</summary>
    public DateTimeOffset? Since => Volatile.Read(ref _sinceTicks) is var ticks and not None ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>How long by now; nothing waits for less than no time, whatever the clock did.</summary>
    public TimeSpan Age => Since is { } since && clock.TimeProvider.GetUtcNow() - since is var age && age > TimeSpan.Zero ? age : TimeSpan.Zero;

    /// <summary>A change was made that no snapshot has.</summary>
    public void Begin() => Interlocked.CompareExchange(ref _sinceTicks, clock.TimeProvider.GetUtcNow().UtcTicks, None);

    /// <summary>A snapshot is on the disk.</summary>
    /// <param name="sequence">The last commit in it.</param>
    /// <param name="begun">When its making began. What was committed during it waits since then, or a little less.</param>
    public void Saved(ulong sequence, DateTimeOffset begun)
    {
        // Emptied before the question: a commit that still found it full was made before, and is seen now.
        Interlocked.Exchange(ref _sinceTicks, None);
        if (pipeline.Sequence != sequence)
        {
            Interlocked.CompareExchange(ref _sinceTicks, begun.UtcTicks, None);
        }
    }
}
