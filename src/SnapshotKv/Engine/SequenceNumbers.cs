namespace SnapshotKv.Engine;

/// <summary>Where the numbers of commits go on when a store is opened. docs/adr/0016 says why they skip ahead.</summary>
internal static class SequenceNumbers
{
    /// <summary>
    /// By how much the sequence goes on behind the numbers in files when the clock was set back, so that it does not lead beyond them. No store makes as many
    /// commits between two snapshots.
    /// </summary>
    private const ulong Gap = 1UL << 32;

    /// <summary>
    /// A store opens with this many numbers, as a power of two, for each millisecond since 1970: a crash loses the commits since the last snapshot, of which
    /// no file tells, and whoever holds a version of one of them must not find it given to another. No store makes so many in a millisecond, so an
    /// opening at a later time is beyond them all.
    /// </summary>
    private const int BitsPerMillisecond = 16;

    /// <summary>What a clock may say before it is taken for nonsense: the year 2527.</summary>
    private const ulong LargestByTime = 1UL << 60;

    /// <summary>
    /// The largest number that is gone on from. A file that was tampered with may have one so large that what comes behind it could not be read again; the
    /// numbers then begin anew.
    /// </summary>
    private const ulong LargestGoneOnFrom = 1UL << 61;

    /// <summary>A number beyond those in files, and beyond all that were given since and saved in none.</summary>
    /// <param name="highest">The highest in any file.</param>
    /// <param name="now">The time.</param>
    public static ulong Beyond(ulong highest, DateTimeOffset now)
    {
        // Not both: behind a gap, two openings one after the other from the same file would come to the same number.
        var byTime = (ulong)Math.Max(now.ToUnixTimeMilliseconds(), 0) << BitsPerMillisecond;
        byTime = byTime > LargestByTime ? 0 : byTime;
        return highest > LargestGoneOnFrom ? Math.Max(byTime, Gap)
            : byTime > highest ? byTime
            : highest + Gap;
    }
}
