namespace SnapshotKv.Tests.Transactions;

/// <summary>What happened at one turn. Text only when somebody reads it: hardly any interleaving goes wrong.</summary>
/// <param name="What">The step, or what else there is to say.</param>
/// <param name="Answer">What came of it.</param>
internal readonly record struct ScriptEvent(object What, string? Answer = null)
{
    public override string ToString() => (What, Answer) switch
    {
        (_, null) => $"{What}",
        (ScriptStep, not "directly") => $"{What} -> {Answer}",
        _ => $"{What} {Answer}",
    };
}
