namespace SnapshotKv.Benchmarks.Harness;

/// <summary>
/// Measures cases of operations on keys side by side: every repetition runs each case once, so that what disturbs the machine for some seconds
/// disturbs all of them.
/// </summary>
/// <param name="repetitions">How many repetitions count.</param>
/// <param name="dropped">How many are run before and left out.</param>
/// <param name="time">How long each case of a repetition runs.</param>
internal sealed class KeyComparison(int repetitions, int dropped, TimeSpan time)
{
    /// <summary>Of the time, what is run before it and does not count: what was done to prepare a case, or the other cases, has the processor's caches else.</summary>
    private const int WarmUpPart = 10;

    private static readonly TimeProvider Clock = TimeProvider.System;
    private static long _sink;

    /// <summary>Many short repetitions: what single operations cost.</summary>
    public static KeyComparison Short(RunOptions options) => new(options.Repetitions, options.DroppedRepetitions, options.RepetitionTime);

    /// <summary>A few that take seconds: with all that goes on beside.</summary>
    public static KeyComparison Long(RunOptions options) => new(options.LongRepetitions, dropped: 1, options.LongRepetitionTime);

    /// <param name="streams">The keys, one stream for each thread.</param>
    /// <param name="cases">The cases, each first run until it is compiled in full.</param>
    public IReadOnlyList<KeyMeasurement> Measure(IReadOnlyList<KeyStream> streams, IReadOnlyList<KeyCase> cases)
    {
        var nanoseconds = cases.Select(_ => new List<double>()).ToArray();
        var allocated = new double[cases.Count];
        var random = new Random(cases.Count);
        for (var repetition = -dropped; repetition < repetitions; repetition++)
        {
            // In another order each time: what one leaves behind for later, a flush or a collection beside, does not always meet the same other.
            var order = Enumerable.Range(0, cases.Count).ToArray();
            random.Shuffle(order);
            foreach (var i in order)
            {
                cases[i].Prepare?.Invoke();

                // What the case before left behind is not this one's to collect.
                GC.Collect(1, GCCollectionMode.Forced, blocking: true);
                var (time, bytes) = RunOnce(streams, cases[i]);
                if (repetition >= 0)
                {
                    nanoseconds[i].Add(time);
                    allocated[i] = bytes;
                }
            }
        }

        return [.. cases.Select((one, i) => new KeyMeasurement(one.Name, new Sample(nanoseconds[i]), allocated[i]))];
    }

    private (double NanosecondsPerOperation, double BytesPerOperation) RunOnce(IReadOnlyList<KeyStream> streams, KeyCase one)
    {
        if (streams.Count == 1)
        {
            return Loop(streams[0], one).PerOperation;
        }

        var tallies = new Tally[streams.Count];
        using var start = new Barrier(streams.Count);
        var threads = streams.Select((stream, i) => new Thread(() =>
        {
            start.SignalAndWait();
            tallies[i] = Loop(stream, one);
        })).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        return tallies.Aggregate(static (left, right) => left + right).PerOperation;
    }

    private Tally Loop(KeyStream stream, KeyCase one)
    {
        var operations = 0L;
        var sink = 0L;
        for (var warming = Clock.GetTimestamp(); Clock.GetElapsedTime(warming) < time / WarmUpPart;)
        {
            sink += one.Run(stream.NextChunk());
        }

        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var started = Clock.GetTimestamp();
        TimeSpan elapsed;
        do
        {
            var keys = stream.NextChunk();
            sink += one.Run(keys);
            operations += keys.Length;
            elapsed = Clock.GetElapsedTime(started);
        }
        while (elapsed < time);

        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        Interlocked.Add(ref _sink, sink);
        return new(elapsed, operations, bytes);
    }

    private readonly record struct Tally(TimeSpan Elapsed, long Operations, long Bytes)
    {
        public (double Nanoseconds, double Bytes) PerOperation => (Elapsed.TotalNanoseconds / Operations, (double)Bytes / Operations);

        public static Tally operator +(Tally left, Tally right) =>
            new(left.Elapsed + right.Elapsed, left.Operations + right.Operations, left.Bytes + right.Bytes);
    }
}
