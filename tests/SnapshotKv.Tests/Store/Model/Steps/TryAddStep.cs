namespace SnapshotKv.Tests.Store.Model.Steps;

internal sealed record TryAddStep(string Key, long Value, ModelLife Life) : EntryStep
{
    public static TryAddStep Draw(Random random) => new(ModelKeys.Draw(random), random.Next(), ModelLife.Draw(random));

    public override void Run(ModelScope scope)
    {
        var isAbsent = scope.Find(Key) is null;
        scope.Store.TryAdd(Key, Value, Life.ToOptions(scope.Now)).ShouldBe(isAbsent);
        if (isAbsent)
        {
            scope.Set(Key, Life.Begin(Value, scope.Now));
        }
    }

    public override string ToString() => $"add '{Key}' as {Value} {Life}";
}
