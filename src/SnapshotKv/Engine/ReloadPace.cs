namespace SnapshotKv.Engine;

/// <summary>Says when a follower may read everything anew, which is dear: not all the time, and less and less often where it fails.</summary>
/// <remarks>Not thread-safe, but for <see cref="Forget"/>.</remarks>
internal sealed class ReloadPace(TimeProvider timeProvider)
{
    /// <summary>Reading everything anew takes at most one part in five of the time, for an owner without a journal for instance, each of whose snapshots is read.</summary>
    private const int RestPerReload = 4;

    private const int MostDoublings = 6;

    /// <summary>How long it rests after a failure, at least; after the next one twice as long, and so on.</summary>
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);

    /// <summary>How long at most, for failures alone.</summary>
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    private long _restUntil = timeProvider.GetTimestamp();
    private int _failures;

    /// <summary>Whether everything was read, or could not be, a moment ago, so that it is not read again yet.</summary>
    public bool IsResting => timeProvider.GetTimestamp() < Volatile.Read(ref _restUntil);

    /// <summary>The clock is another now: timestamps of one say nothing to another.</summary>
    public void Forget() => Volatile.Write(ref _restUntil, timeProvider.GetTimestamp());

    /// <summary>Nothing stands in the way any more.</summary>
    public void NoteAllIsWell() => _failures = 0;

    /// <summary>Everything was read.</summary>
    /// <param name="started">The timestamp at which that began.</param>
    public void NoteReload(long started)
    {
        _failures = 0;
        Rest(started, TimeSpan.Zero);
    }

    /// <summary>There was nothing to read, which costs next to nothing to find.</summary>
    /// <inheritdoc cref="NoteReload"/>
    public void NoteNothing(long started) => Rest(started, FirstRest);

    /// <summary>Not everything could be read.</summary>
    /// <inheritdoc cref="NoteReload"/>
    public void NoteFailure(long started)
    {
        var rest = FirstRest * (1 << Math.Min(_failures++, MostDoublings));
        Rest(started, rest < LongestRest ? rest : LongestRest);
    }

    private void Rest(long started, TimeSpan atLeast)
    {
        var ended = timeProvider.GetTimestamp();
        Volatile.Write(ref _restUntil, ended + Math.Max((ended - started) * RestPerReload, (long)(atLeast.TotalSeconds * timeProvider.TimestampFrequency)));
    }
}
