namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>Reads a number, which is made when it is not there; a factory that fails leaves nothing.</summary>
internal sealed record GetOrCreateStep(string Key, long Value, ModelLife Life, bool Fails) : EntryStep
{
    public static GetOrCreateStep Draw(Random random) => new(ModelKeys.Draw(random), random.Next(), ModelLife.Draw(random), random.Next(4) == 0);

    public override void Run(ModelScope scope)
    {
        var calls = 0;
        var entry = scope.Find(Key);
        scope.Slide(Key);
        if (entry?.Value is byte[])
        {
            Should.Throw<KvSerializationException>(() => GetOrCreate(scope, Make));
        }
        else if (entry is null && Fails)
        {
            Should.Throw<TimeoutException>(() => GetOrCreate(scope, Make));
        }
        else
        {
            GetOrCreate(scope, Make).ShouldBe((long?)entry?.Value ?? Value);
        }

        calls.ShouldBe(entry is null ? 1 : 0);
        if (entry is null && !Fails)
        {
            scope.Set(Key, Life, Value);
        }

        long Make()
        {
            calls++;
            return Fails ? throw new TimeoutException() : Value;
        }
    }

    private long GetOrCreate(ModelScope scope, Func<long> factory) => scope.IsAsync
        ? AsyncForms.Result(scope.Store.GetOrCreateAsync(Key, _ => new ValueTask<long>(factory()), Life.ToOptions(scope.Now)))
        : scope.Store.GetOrCreate(Key, factory, Life.ToOptions(scope.Now));

    public override string ToString() => $"get '{Key}', or create it as {(Fails ? "what a factory would that fails" : $"{Value}")} {Life}";
}
