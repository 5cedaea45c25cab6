namespace SnapshotKv.Tests.Transactions;

/// <summary>A small transaction: begin, some steps, an end. Each is one turn in an interleaving; direct writes only have their steps.</summary>
internal sealed record Script(IReadOnlyList<ScriptStep> Steps, ScriptEnd End = ScriptEnd.Commit)
{
    /// <summary>Which of the turns change nothing for anybody: the beginning and the reads.</summary>
    public bool[] QuietTurns => End == ScriptEnd.Direct ? [.. Steps.Select(_ => false)] : [true, .. Steps.Select(step => !step.IsWrite), false];

    /// <summary>All transactions of so many steps that commit.</summary>
    public static IEnumerable<Script> All(int steps)
    {
        IEnumerable<ScriptStep[]> all = [[]];
        for (var i = 0; i < steps; i++)
        {
            all = all.SelectMany(_ => ScriptStep.Alphabet, (head, step) => (ScriptStep[])[.. head, step]);
        }

        return all.Select(item => new Script(item));
    }

    /// <summary>A transaction of so many steps that commits.</summary>
    public static Script Draw(Random random, int steps) =>
        new([.. Enumerable.Range(0, steps).Select(_ => ScriptStep.Alphabet[random.Next(ScriptStep.Alphabet.Count)])]);

    public override string ToString() => $"{string.Join("; ", Steps)}; {End}";
}
