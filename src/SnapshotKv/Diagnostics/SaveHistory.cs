namespace SnapshotKv.Diagnostics;

/// <summary>How the saves of a store went.</summary>
/// <remarks>Thread-safe for any number of readers and one writer: saves take turns.</remarks>
internal sealed class SaveHistory(DateTimeOffset? lastSavedAt)
{
    private SaveRecord _current = new(lastSavedAt, LastDuration: null, Failures: 0, Error: null);

    public SaveRecord Current => Volatile.Read(ref _current);

    public void NoteSuccess(DateTimeOffset savedAt, TimeSpan duration) => Volatile.Write(ref _current, new(savedAt, duration, Failures: 0, Error: null));

    /// <summary>What its caller gave up says nothing of the disk, and does not count.</summary>
    public void NoteFailure(Exception exception)
    {
        if (exception is not OperationCanceledException)
        {
            var former = Current;
            Volatile.Write(ref _current, former with { Failures = former.Failures + 1, Error = exception });
        }
    }
}
