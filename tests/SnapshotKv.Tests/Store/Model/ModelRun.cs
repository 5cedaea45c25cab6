namespace SnapshotKv.Tests.Store.Model;

/// <summary>One run of steps on a new store, wholly determined by its seed; a failing one is cut down to the steps that matter.</summary>
internal sealed class ModelRun
{
    /// <summary>How often a failing run is repeated in search of a shorter one.</summary>
    private const int MostTrials = 1_000;

    private readonly int _seed;
    private readonly KvFormat _format;
    private readonly KvDurability _level;
    private List<ModelStep> _steps;
    private int _trials;

    public ModelRun(int seed, int steps, Func<Random, ModelStep>? draw = null)
    {
        var random = new Random(seed);
        _seed = seed;
        _format = (KvFormat)random.Next(2);
        _level = (KvDurability)random.Next(3);
        _steps = [.. Enumerable.Range(0, steps).Select(_ => (draw ?? ModelSteps.Draw)(random))];
    }

    /// <summary>Runs the steps.</summary>
    /// <returns>Null when store and model agree; else the seed, the fewest steps found that fail, and how.</returns>
    public string? FindFault()
    {
        if (Try(_steps) is not { } fault)
        {
            return null;
        }

        Shrink(ref fault);
        return $"Seed {_seed}, {_format}, level {_level}, {_steps.Count} steps left:\n  {string.Join("\n  ", _steps)}\n{fault}";
    }

    /// <summary>Leaves out runs of steps, long ones first, as long as what is left fails too.</summary>
    private void Shrink(ref string fault)
    {
        for (var length = _steps.Count / 2; length > 0; length /= 2)
        {
            for (var start = _steps.Count - length; start >= 0 && _trials < MostTrials; start -= length)
            {
                List<ModelStep> shorter = [.. _steps[..start], .. _steps[(start + length)..]];
                if (Try(shorter) is { } still)
                {
                    _steps = shorter;
                    fault = still;
                }
            }
        }
    }

    private string? Try(List<ModelStep> steps)
    {
        _trials++;
        using var world = new ModelWorld(_format, _level);
        return Play(world, steps);
    }

    private static string? Play(ModelWorld world, IEnumerable<ModelStep> steps)
    {
        try
        {
            foreach (var step in steps)
            {
                step.Run(world);
            }

            world.Compare();
            return null;
        }
        catch (Exception exception)
        {
            return exception.ToString();
        }
    }
}
