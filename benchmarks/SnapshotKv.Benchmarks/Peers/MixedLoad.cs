using SnapshotKv.Benchmarks.Data;

namespace SnapshotKv.Benchmarks.Peers;

/// <summary>Nine reads to a write, uniform over all entries, each operation timed by itself. One thread: the caller's.</summary>
internal sealed class MixedLoad(KvStore store, EntrySet entries)
{
    private const int WriteEvery = 10;
    private const int MostOperations = 16_000_000;
    private static readonly TimeProvider Clock = TimeProvider.System;

    private readonly Random _random = new(7);
    private readonly byte[] _value = entries.ValueOf(1);

    // Allocated once and touched all over, so that recording brings no page faults of its own.
    private readonly Latencies _reads = new(MostOperations);
    private readonly Latencies _writes = new(MostOperations / WriteEvery);

    /// <summary>Makes a change, so that there is something to save.</summary>
    public void Set(int number) => store.SetBytes(entries.Keys[(number + entries.Count) % entries.Count], _value.AsSpan());

    /// <summary>Runs for as long as a task does, on a thread of its own.</summary>
    public LoadProfile RunWhile(Action task)
    {
        var isDone = false;
        var thread = new Thread(() =>
        {
            task();
            Volatile.Write(ref isDone, true);
        });
        thread.Start();
        var profile = Run(_ => !Volatile.Read(ref isDone));
        thread.Join();
        return profile;
    }

    public LoadProfile RunFor(TimeSpan duration) => Run(elapsed => elapsed < duration);

    private LoadProfile Run(Func<TimeSpan, bool> goesOn)
    {
        _reads.Clear();
        _writes.Clear();
        Span<byte> buffer = stackalloc byte[EntrySet.ValueLength];
        var pauses = new Pauses();
        var started = Clock.GetTimestamp();
        var elapsed = TimeSpan.Zero;
        for (var operation = 0; operation < MostOperations && goesOn(elapsed); operation++)
        {
            var key = entries.Keys[_random.Next(entries.Count)];
            var isWrite = operation % WriteEvery == 0;
            var before = Clock.GetTimestamp();
            if (isWrite)
            {
                store.SetBytes(key, _value.AsSpan());
            }
            else
            {
                store.TryRead(key, buffer, out _);
            }

            var after = Clock.GetTimestamp();
            (isWrite ? _writes : _reads).Add(after - before);
            pauses.Note(Clock.GetElapsedTime(before, after));
            elapsed = Clock.GetElapsedTime(started, after);
        }

        return new(elapsed, _reads.Sorted(), _writes.Sorted(), pauses.Collections, pauses.LongestCollection, pauses.LongestOutside.TotalNanoseconds);
    }
}
