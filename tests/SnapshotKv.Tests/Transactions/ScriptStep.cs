namespace SnapshotKv.Tests.Transactions;

/// <summary>One step of a small transaction over two keys and their common prefix.</summary>
internal sealed record ScriptStep(ScriptStepKind Kind, string Key)
{
    public const string Prefix = "p:";
    public const string A = Prefix + "a";
    public const string B = Prefix + "b";

    /// <summary>All steps there are.</summary>
    public static readonly IReadOnlyList<ScriptStep> Alphabet =
    [
        new(ScriptStepKind.Get, A),
        new(ScriptStepKind.Get, B),
        new(ScriptStepKind.Set, A),
        new(ScriptStepKind.Set, B),
        new(ScriptStepKind.Remove, A),
        new(ScriptStepKind.Remove, B),
        new(ScriptStepKind.Scan, Prefix),
        new(ScriptStepKind.Count, Prefix),
    ];

    public bool IsWrite => Kind is ScriptStepKind.Set or ScriptStepKind.Remove;

    /// <summary>Whether a change of a key is something that this step saw or did.</summary>
    public bool Touches(string key) => Kind is ScriptStepKind.Scan or ScriptStepKind.Count ? key.StartsWith(Key, StringComparison.Ordinal) : key == Key;

    /// <summary>Takes the step in a transaction.</summary>
    /// <returns>What it answered.</returns>
    public string Run(IOpenTransaction transaction, int value)
    {
        switch (Kind)
        {
            case ScriptStepKind.Get:
                return transaction.Get(Key) is { } found ? $"{found}" : "none";
            case ScriptStepKind.Set:
                transaction.Set(Key, value);
                return "done";
            case ScriptStepKind.Remove:
                return transaction.Remove(Key) ? "yes" : "no";
            case ScriptStepKind.Scan:
                return Text(transaction.Scan(Key));
            default:
                return $"{transaction.Count(Key)}";
        }
    }

    /// <summary>Takes the step in a model that nobody else changes.</summary>
    /// <returns>What it must answer.</returns>
    public string Run(SortedDictionary<string, int> model, int value)
    {
        switch (Kind)
        {
            case ScriptStepKind.Get:
                return model.TryGetValue(Key, out var found) ? $"{found}" : "none";
            case ScriptStepKind.Set:
                model[Key] = value;
                return "done";
            case ScriptStepKind.Remove:
                return model.Remove(Key) ? "yes" : "no";
            case ScriptStepKind.Scan:
                return Text(model.Where(item => Touches(item.Key)));
            default:
                return $"{model.Keys.Count(Touches)}";
        }
    }

    /// <summary>Contents as text, in the order in which they were given.</summary>
    public static string Text(IEnumerable<KeyValuePair<string, int>> items) => $"[{string.Join(", ", items.Select(item => $"{item.Key}={item.Value}"))}]";

    public override string ToString() => Kind is ScriptStepKind.Set ? $"set {Key}" : $"{Kind.ToString().ToLowerInvariant()} {Key}";
}
