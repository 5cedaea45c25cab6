namespace SnapshotKv.Tests.Transactions;

/// <summary>What became of one script in one interleaving.</summary>
internal sealed class ScriptRun(Script script, int number) : IDisposable
{
    private IOpenTransaction? _transaction;
    private int _next;

    public Script Script { get; } = script;

    /// <summary>What the steps answered, up to the conflict if there was one.</summary>
    public List<string> Answers { get; } = [];

    public bool IsCommitted { get; private set; }

    public bool IsConflict { get; private set; }

    /// <summary>The turns, counted over all, at which it began and ended.</summary>
    public int BeganAt { get; private set; } = -1;

    public int EndedAt { get; private set; } = int.MaxValue;

    /// <summary>The committed contents when it began, with what the script did since: what it must see.</summary>
    public SortedDictionary<string, int> View { get; private set; } = new(StringComparer.Ordinal);

    /// <summary>The keys that others committed since it began.</summary>
    public HashSet<string> ChangedByOthers { get; } = new(StringComparer.Ordinal);

    /// <summary>The keys that it wrote.</summary>
    public IEnumerable<string> Written => Script.Steps.Where(step => step.IsWrite).Select(step => step.Key);

    /// <summary>The value that a step sets: tells the script and the step.</summary>
    public int ValueOf(int step) => ((number + 1) * 10) + step;

    /// <summary>Takes the next turn.</summary>
    /// <returns>What happened; and what is wrong with it, if anything.</returns>
    public (ScriptEvent Event, string? Fault) Turn(ITransactionalStore store, SortedDictionary<string, int> committed, int time)
    {
        if (IsConflict)
        {
            return (new("is over"), null);
        }

        try
        {
            if (Script.End == ScriptEnd.Direct)
            {
                return WriteDirectly(store, committed, time);
            }

            if (_transaction is null)
            {
                BeganAt = time;
                View = new(committed, StringComparer.Ordinal);
                _transaction = store.Begin();
                return (new("begin"), null);
            }

            return _next < Script.Steps.Count ? Step(_transaction) : Finish(_transaction, time);
        }
        catch (KvConflictException conflict)
        {
            IsConflict = true;
            EndedAt = time;
            _transaction!.Dispose();
            return (new("conflict over", conflict.Key), NeedlessConflict());
        }
    }

    public void Dispose() => _transaction?.Dispose();

    private (ScriptEvent Event, string? Fault) WriteDirectly(ITransactionalStore store, SortedDictionary<string, int> committed, int time)
    {
        BeganAt = BeganAt < 0 ? time : BeganAt;
        var step = Script.Steps[_next];
        if (step.Kind == ScriptStepKind.Set)
        {
            store.Set(step.Key, ValueOf(_next));
        }
        else
        {
            store.Remove(step.Key);
        }

        View = new(committed, StringComparer.Ordinal);
        Answers.Add(step.Run(View, ValueOf(_next)));
        _next++;
        IsCommitted = true;
        EndedAt = time;
        return (new(step, "directly"), null);
    }

    private (ScriptEvent Event, string? Fault) Step(IOpenTransaction transaction)
    {
        var step = Script.Steps[_next];
        var answer = step.Run(transaction, ValueOf(_next));
        var expected = step.Run(View, ValueOf(_next));
        Answers.Add(answer);
        _next++;
        return (new(step, answer), answer == expected ? null : $"the state at its start and its own writes make that {expected}");
    }

    private (ScriptEvent Event, string? Fault) Finish(IOpenTransaction transaction, int time)
    {
        if (Script.End == ScriptEnd.Commit)
        {
            transaction.Commit();
            IsCommitted = true;
        }

        transaction.Dispose();
        EndedAt = time;
        return (new(IsCommitted ? "commit" : "roll back"), null);
    }

    /// <summary>A conflict is for what the transaction read, scanned or wrote; the step that is refused counts.</summary>
    private string? NeedlessConflict()
    {
        var steps = Script.Steps.Take(_next + 1);
        return steps.Any(step => ChangedByOthers.Any(step.Touches)) ? null : "nobody changed anything that it read or wrote";
    }
}
