namespace SnapshotKv.Journal;

/// <summary>What a walk through the journal came to.</summary>
internal sealed record JournalOutcome
{
    /// <summary>The last commit of the state reached.</summary>
    public required ulong LastCommit { get; init; }

    /// <summary>The number that the next commit follows: the last commit's, or the one at which an opening began since.</summary>
    public required ulong Position { get; init; }

    /// <summary>Behind the last frame of the chain, where it goes on if it does; null where no segment leads there.</summary>
    public JournalPlace? Place { get; init; }

    /// <summary>The highest number seen in any file, cut-off frames and headers included: what comes next must lie beyond.</summary>
    public required ulong Highest { get; init; }

    /// <summary>How many commits were taken.</summary>
    public required long Commits { get; init; }

    /// <summary>How many frames were found behind the place where it ended.</summary>
    public required long FramesBehind { get; init; }

    /// <summary>Where the journal ended in something that is no damage: writes that a crash cut off before they had been flushed. Null for a clean end.</summary>
    public JournalSpot? TornTail { get; init; }

    /// <summary>The bytes from the torn tail's place on, in its segment, up to the last that is not zero.</summary>
    public long TornBytes { get; init; }

    /// <summary>Where commits that had been flushed are missing; null when none are.</summary>
    public JournalSpot? Break { get; init; }

    /// <summary>The last commit that is known to be missing, from the one behind <see cref="LastCommit"/> on; 0 when it is not known which.</summary>
    public ulong MissingThrough { get; init; }

    /// <summary>Damaged places that took no commit with them.</summary>
    public required IReadOnlyList<JournalSpot> Blemishes { get; init; }

    /// <summary>The segments from the break on, in order; none of them leads anywhere any more.</summary>
    public IReadOnlyList<SegmentFile> CutOff { get; init; } = [];

    /// <summary>The segments that commits or notes were taken from.</summary>
    public required IReadOnlyList<SegmentFile> Taken { get; init; }

    /// <summary>Those of them that commits were taken from.</summary>
    public IReadOnlyList<SegmentFile> Committed { get; init; } = [];

    /// <summary>For each segment, by ordinal, the highest number in it that counts; not there for one without.</summary>
    public IReadOnlyDictionary<ulong, ulong> LastNumbers { get; init; } = new Dictionary<ulong, ulong>();

    /// <summary>Of a store without a journal.</summary>
    /// <param name="sequence">The snapshot's number.</param>
    public static JournalOutcome Nothing(ulong sequence) =>
        new() { LastCommit = sequence, Position = sequence, Highest = sequence, Commits = 0, FramesBehind = 0, Blemishes = [], Taken = [] };
}
