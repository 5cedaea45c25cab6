using System.Diagnostics.CodeAnalysis;
using SnapshotKv.Benchmarks.Data;

namespace SnapshotKv.Benchmarks.Peers;

/// <summary>Writers that each wait for their last write before they begin the next.</summary>
internal static class DurableLoad
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    /// <summary>One after the other, by the caller.</summary>
    public static long One(TimeSpan duration, EntrySet entries, Action<string> write) => Write(duration, entries, write, first: 0, step: 1);

    /// <summary>Several threads that block.</summary>
    public static long Threads(TimeSpan duration, int writers, EntrySet entries, Action<string> write)
    {
        var total = 0L;
        var threads = Enumerable.Range(0, writers).Select(writer => new Thread(() => Interlocked.Add(ref total, Write(duration, entries, write, writer, writers)))).ToList();
        threads.ForEach(static thread => thread.Start());
        threads.ForEach(static thread => thread.Join());
        return total;
    }

    /// <summary>Several tasks that await.</summary>
    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "The main thread of a console program; nothing needs it to go on.")]
    public static long Tasks(TimeSpan duration, int writers, EntrySet entries, Func<string, ValueTask> write) =>
        Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => WriteAsync(duration, entries, write, writer, writers)))).GetAwaiter().GetResult().Sum();

    private static long Write(TimeSpan duration, EntrySet entries, Action<string> write, int first, int step)
    {
        var started = Clock.GetTimestamp();
        var operations = 0L;
        do
        {
            write(entries.Keys[(first + (operations * step)) % entries.Count]);
            operations++;
        }
        while (Clock.GetElapsedTime(started) < duration);

        return operations;
    }

    private static async Task<long> WriteAsync(TimeSpan duration, EntrySet entries, Func<string, ValueTask> write, int first, int step)
    {
        var started = Clock.GetTimestamp();
        var operations = 0L;
        do
        {
            await write(entries.Keys[(first + (operations * step)) % entries.Count]);
            operations++;
        }
        while (Clock.GetElapsedTime(started) < duration);

        return operations;
    }
}
