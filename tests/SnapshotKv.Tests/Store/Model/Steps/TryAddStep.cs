namespace SnapshotKv.Tests.Store.Model.Steps;

internal sealed record TryAddStep(string Key, long Value, ModelLife Life) : EntryStep
{
    public static TryAddStep Draw(Random random) => new(ModelKeys.Draw(random), random.Next(), ModelLife.Draw(random));

    public override void Run(ModelScope scope)
    {
        var isAbsent = scope.Find(Key) is null;
        var options = Life.ToOptions(scope.Now);
        (scope.IsAsync ? AsyncForms.Result(scope.Store.TryAddAsync(Key, Value, options)) : scope.Store.TryAdd(Key, Value, options)).ShouldBe(isAbsent);
        if (isAbsent)
        {
            scope.Set(Key, Life, Value);
        }
    }

    public override string ToString() => $"add '{Key}' as {Value} {Life}";
}
