namespace SnapshotKv.Tests.Transactions;

/// <summary>
/// Runs small transactions turn by turn on one thread, in every order, and judges each outcome: what a transaction read is the state at its start and
/// its own writes; the committed ones, one after the other in some order, would have read the same and left the same; nothing else left a trace; and
/// a conflict is only for what others changed under a transaction's reads and writes.
/// </summary>
internal sealed class Interleaver(ITransactionalStore store)
{
    private static readonly KeyValuePair<string, int>[] Initial = [new(ScriptStep.A, 1)];

    /// <summary>How many interleavings were run.</summary>
    public int Count { get; private set; }

    /// <summary>How many transactions committed in them.</summary>
    public int Commits { get; private set; }

    /// <summary>How many met a conflict.</summary>
    public int Conflicts { get; private set; }

    /// <summary>Runs all interleavings of some scripts, of those that can differ.</summary>
    /// <returns>The first that went wrong, turn by turn; null when all went well.</returns>
    public string? FindFault(params Script[] scripts) =>
        Interleavings.ThatDiffer([.. scripts.Select(script => script.QuietTurns)]).Select(order => Play(scripts, order)).FirstOrDefault(fault => fault is not null);

    private string? Play(Script[] scripts, int[] order)
    {
        store.Set(ScriptStep.A, Initial[0].Value);
        store.Remove(ScriptStep.B);
        var committed = new SortedDictionary<string, int>(StringComparer.Ordinal) { [ScriptStep.A] = Initial[0].Value };
        var runs = scripts.Select((script, index) => new ScriptRun(script, index)).ToArray();
        var events = new List<(int Party, ScriptEvent Event)>(order.Length);
        try
        {
            for (var time = 0; time < order.Length; time++)
            {
                var run = runs[order[time]];
                var (happened, fault) = run.Turn(store, committed, time);
                events.Add((order[time], happened));
                if (fault is not null)
                {
                    return Explain(scripts, events, fault);
                }

                if (run.IsCommitted && run.EndedAt == time)
                {
                    Publish(run, runs, committed);
                }
            }

            Tally(runs);
            return Judge(runs, committed) is { } verdict ? Explain(scripts, events, verdict) : null;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return Explain(scripts, events, $"{exception}");
        }
        finally
        {
            Array.ForEach(runs, run => run.Dispose());
        }
    }

    private static void Publish(ScriptRun run, ScriptRun[] runs, SortedDictionary<string, int> committed)
    {
        foreach (var key in run.Written)
        {
            if (run.View.TryGetValue(key, out var value))
            {
                committed[key] = value;
            }
            else
            {
                committed.Remove(key);
            }
        }

        foreach (var other in runs.Where(other => other != run && other.BeganAt >= 0 && other.EndedAt == int.MaxValue))
        {
            other.ChangedByOthers.UnionWith(run.Written);
        }
    }

    private string? Judge(ScriptRun[] runs, SortedDictionary<string, int> committed)
    {
        var contents = store.Contents();
        if (!contents.SequenceEqual(committed))
        {
            return $"the store holds {ScriptStep.Text(contents)}; the committed ones wrote {ScriptStep.Text(committed)}";
        }

        var done = runs.Where(run => run.IsCommitted).ToArray();
        return Interleavings.Of([.. Enumerable.Repeat(1, done.Length)]).Any(order => Explains(order, done, contents))
            ? null
            : "no serial order of the committed ones reads and leaves the same";
    }

    /// <summary>Whether the committed ones, run one after the other in this order, read what they read and leave what they left.</summary>
    private static bool Explains(int[] order, ScriptRun[] done, IReadOnlyList<KeyValuePair<string, int>> contents)
    {
        var model = new SortedDictionary<string, int>(StringComparer.Ordinal) { [ScriptStep.A] = Initial[0].Value };
        for (var i = 0; i < order.Length; i++)
        {
            var run = done[order[i]];

            // Who had ended before another began comes first.
            if (order.Take(i).Any(earlier => done[earlier].BeganAt > run.EndedAt)
                || run.Script.Steps.Index().Any(step => step.Item.Run(model, run.ValueOf(step.Index)) != run.Answers[step.Index]))
            {
                return false;
            }
        }

        return contents.SequenceEqual(model);
    }

    private void Tally(ScriptRun[] runs)
    {
        Count++;
        Commits += runs.Count(run => run.IsCommitted);
        Conflicts += runs.Count(run => run.IsConflict);
    }

    private static string Explain(Script[] scripts, List<(int Party, ScriptEvent Event)> events, string fault) => $"""
        {string.Join('\n', scripts.Index().Select(item => $"{item.Index + 1} is {item.Item}"))}
        {string.Join('\n', events.Select(item => $"  {item.Party + 1}: {item.Event}"))}
        wrong: {fault}
        """;
}
