using SnapshotKv.KillTarget.Script;

namespace SnapshotKv.KillTarget;

/// <summary>Several writers, each with keys of its own, and one who saves between.</summary>
internal sealed class Writers(KvStore store, int seed, Acknowledgements acknowledgements)
{
    private const int StepsBetweenSaves = 300;

    private readonly SemaphoreSlim _saveIsDue = new(0);
    private int _steps;

    /// <summary>Writes for ever, or until something fails.</summary>
    /// <param name="first">The step that each writer begins with.</param>
    public async Task RunAsync(int[] first)
    {
        var tasks = first.Select((step, writer) => Task.Run(() => WriteAsync(writer, step))).Append(Task.Run(SaveAsync));

        // None of them ends but with an exception, which ends the process.
        await await Task.WhenAny(tasks);
    }

    private async Task WriteAsync(int writer, int first)
    {
        var script = new WriterScript(seed, writer);
        for (var step = first; ; step++)
        {
            await script.Step(step).RunAsync(store);
            acknowledgements.Say(writer, step);
            if (Interlocked.Increment(ref _steps) % StepsBetweenSaves == 0)
            {
                _saveIsDue.Release();
            }
        }
    }

    private async Task SaveAsync()
    {
        while (true)
        {
            await _saveIsDue.WaitAsync();
            await store.SaveAsync();
        }
    }
}
