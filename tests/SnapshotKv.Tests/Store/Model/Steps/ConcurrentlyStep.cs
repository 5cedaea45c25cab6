using System.Collections.Concurrent;

namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>Threads that work on partitions of their own at the same time, in transactions too, while another one saves: none may notice the others.</summary>
internal sealed record ConcurrentlyStep(EntryStep[][] Threads, ModelStep? Afterwards) : ModelStep
{
    private const int ThreadCount = 3;
    private const int StepsPerThread = 40;

    public static ConcurrentlyStep Draw(Random random) =>
        new(
            [.. Enumerable.Range(0, ThreadCount).Select(_ => Enumerable.Range(0, StepsPerThread).Select(_ => DrawStep(random)).ToArray())],
            random.Next(3) switch
            {
                0 => null,
                1 => ReopenStep.Draw(random),
                _ => CrashStep.Draw(random) with { IsAllKept = true },
            });

    public override void Run(ModelWorld world)
    {
        var parts = Threads.Select((steps, number) => (Prefix: $"t{number}:", Scope: world.Root.Under($"t{number}:"), Steps: steps)).ToList();
        var faults = new ConcurrentQueue<Exception>();
        var working = ThreadCount;
        var workers = parts.Select(part => Start(faults, () =>
        {
            try
            {
                Array.ForEach(part.Steps, step => step.Run(part.Scope));
            }
            finally
            {
                Interlocked.Decrement(ref working);
            }
        })).ToList();
        var saver = Start(faults, () =>
        {
            do
            {
                world.SaveMeanwhile();
            }
            while (Volatile.Read(ref working) > 0);
        });

        workers.ForEach(worker => worker.Join());
        saver.Join();
        if (!faults.IsEmpty)
        {
            throw new AggregateException(faults);
        }

        parts.ForEach(part => world.Root.TakeBack(part.Prefix, part.Scope));
        if (Afterwards is not null)
        {
            Afterwards.Run(world);
        }
        else
        {
            world.Save();
        }

        world.Compare();
    }

    private static EntryStep DrawStep(Random random) => random.Next(10) == 0 ? InTransactionStep.Draw(random) : ModelSteps.DrawOnEntries(random);

    private static Thread Start(ConcurrentQueue<Exception> faults, Action work)
    {
        var thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (Exception exception)
            {
                faults.Enqueue(exception);
            }
        });
        thread.Start();
        return thread;
    }

    public override string ToString() => $"at the same time:\n{string.Join('\n', Threads.SelectMany((steps, number) => steps.Select(step => $"    under t{number}: {step}")))}{(Afterwards is null ? "" : $"\n    and then {Afterwards}")}";
}
