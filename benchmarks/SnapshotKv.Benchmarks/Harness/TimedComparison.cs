namespace SnapshotKv.Benchmarks.Harness;

/// <summary>Times cases side by side: every repetition runs each case once, after a full collection.</summary>
internal sealed class TimedComparison(int repetitions, int droppedRepetitions = 1)
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    public IReadOnlyList<TimedMeasurement> Measure(IReadOnlyList<TimedCase> cases)
    {
        var milliseconds = cases.Select(_ => new List<double>()).ToArray();
        var allocated = new double[cases.Count];
        for (var repetition = -droppedRepetitions; repetition < repetitions; repetition++)
        {
            for (var i = 0; i < cases.Count; i++)
            {
                cases[i].Prepare?.Invoke();
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
                var bytes = GC.GetTotalAllocatedBytes(precise: true);
                var started = Clock.GetTimestamp();
                var result = cases[i].Run();
                var elapsed = Clock.GetElapsedTime(started);
                bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
                (result as IDisposable)?.Dispose();
                GC.KeepAlive(result);
                if (repetition >= 0)
                {
                    milliseconds[i].Add(elapsed.TotalMilliseconds);
                    allocated[i] = bytes;
                }
            }
        }

        return [.. cases.Select((one, i) => new TimedMeasurement(one.Name, new Sample(milliseconds[i]), allocated[i]))];
    }
}
