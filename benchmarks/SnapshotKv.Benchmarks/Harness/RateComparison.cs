namespace SnapshotKv.Benchmarks.Harness;

/// <summary>Counts operations side by side: every repetition runs each case once.</summary>
internal sealed class RateComparison(RunOptions options)
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    public IReadOnlyList<RateMeasurement> Measure(IReadOnlyList<RateCase> cases)
    {
        var rates = cases.Select(_ => new List<double>()).ToArray();
        for (var repetition = -options.DroppedRepetitions; repetition < options.Repetitions; repetition++)
        {
            for (var i = 0; i < cases.Count; i++)
            {
                GC.Collect(1, GCCollectionMode.Forced, blocking: true);
                var started = Clock.GetTimestamp();
                var operations = cases[i].Run(options.RateTime);
                var elapsed = Clock.GetElapsedTime(started);
                if (repetition >= 0)
                {
                    rates[i].Add(operations / elapsed.TotalSeconds);
                }
            }
        }

        return [.. cases.Select((one, i) => new RateMeasurement(one.Name, new Sample(rates[i])))];
    }
}
