namespace SnapshotKv.Benchmarks.Harness;

/// <summary>How much is measured, and where the results go.</summary>
/// <param name="IsQuick">Few and short repetitions and small sets: shows that everything runs, not how fast.</param>
/// <param name="OutputDirectory">Takes the tables.</param>
internal sealed record RunOptions(bool IsQuick, string OutputDirectory)
{
    /// <summary>Repetitions of short cases that count.</summary>
    public int Repetitions => IsQuick ? 3 : 15;

    /// <summary>Repetitions run first and left out: they compile, and bring memory into its steady shape.</summary>
    public int DroppedRepetitions => IsQuick ? 1 : 4;

    /// <summary>How long one repetition of a short case takes. Many short ones rather than few long: a median gets over what disturbs some of them.</summary>
    public TimeSpan RepetitionTime => TimeSpan.FromMilliseconds(IsQuick ? 40 : 70);

    /// <summary>How long one takes that is to have in it what happens once a second.</summary>
    public TimeSpan LongRepetitionTime => TimeSpan.FromMilliseconds(IsQuick ? 100 : 2_000);

    /// <summary>How long one repetition of a case takes whose rate is counted: some thousand flushes of the device.</summary>
    public TimeSpan RateTime => TimeSpan.FromMilliseconds(IsQuick ? 50 : 300);

    /// <summary>Repetitions of cases that each take a second or so, of which the first is left out.</summary>
    public int LongRepetitions => IsQuick ? 1 : 5;

    /// <summary>The set sizes of the read and write groups.</summary>
    public IReadOnlyList<int> Sizes => IsQuick ? [10_000] : [10_000, 100_000, 1_000_000];

    /// <summary>The set size of groups that speak of a million entries.</summary>
    public int Million => IsQuick ? 100_000 : 1_000_000;
}
