namespace SnapshotKv.Benchmarks.Peers;

/// <summary>Tells what the garbage collector took of each operation from what it took without it.</summary>
internal struct Pauses
{
    private TimeSpan _paused = GC.GetTotalPauseDuration();

    public Pauses()
    {
    }

    /// <summary>How often the program was stopped.</summary>
    public int Collections { get; private set; }

    public TimeSpan LongestCollection { get; private set; }

    public TimeSpan LongestOutside { get; private set; }

    /// <summary>Called after each operation.</summary>
    public void Note(TimeSpan operation)
    {
        var paused = GC.GetTotalPauseDuration();
        var collection = paused - _paused;
        if (collection > TimeSpan.Zero)
        {
            _paused = paused;
            Collections++;
            LongestCollection = collection > LongestCollection ? collection : LongestCollection;
        }

        if (operation - collection > LongestOutside)
        {
            LongestOutside = operation - collection;
        }
    }
}
