namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>Adds to a number, which is made when it is not there; where bytes are, it must be refused.</summary>
internal sealed record IncrementStep(string Key, long By, ModelLife Life) : EntryStep
{
    public static IncrementStep Draw(Random random) => new(ModelKeys.Draw(random), random.Next(-5, 6), ModelLife.Draw(random));

    public override void Run(ModelScope scope)
    {
        scope.Slide(Key);
        switch (scope.Find(Key))
        {
            case null:
                Increment(scope).ShouldBe(By);
                scope.Set(Key, Life, By);
                break;
            case { Value: long number } entry:
                Increment(scope).ShouldBe(number + By);
                scope.Set(Key, entry.WithValue(number + By));
                break;
            default:
                Should.Throw<KvSerializationException>(() => Increment(scope));
                break;
        }
    }

    private long Increment(ModelScope scope) => scope.IsAsync
        ? AsyncForms.Result(scope.Store.IncrementAsync(Key, By, Life.ToOptions(scope.Now)))
        : scope.Store.Increment(Key, By, Life.ToOptions(scope.Now));

    public override string ToString() => $"increment '{Key}' by {By} or set it {Life}";
}
