namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>Several keys at once: sets them to numbers, removes them, or reads those that are numbers. A key may come twice.</summary>
internal sealed record ManyStep(ManyKind Kind, string[] Keys, long Value, ModelLife Life) : EntryStep
{
    public static ManyStep Draw(Random random) => new(
        (ManyKind)random.Next(3),
        [.. Enumerable.Range(0, random.Next(6)).Select(_ => ModelKeys.Draw(random))],
        random.Next(),
        ModelLife.Draw(random));

    public override bool IsRead => Kind == ManyKind.Get;

    public override void Run(ModelScope scope)
    {
        switch (Kind)
        {
            case ManyKind.Get:
                var numbers = Keys.Where(key => scope.Find(key)?.Value is not byte[]).ToList();
                var found = scope.IsAsync ? AsyncForms.Result(scope.Store.GetManyAsync<long>(numbers)) : scope.Store.GetMany<long>(numbers);
                found.ShouldBe(numbers.Distinct().Where(key => scope.Find(key) is not null).ToDictionary(key => key, key => (long)scope.Find(key)!.Value), ignoreOrder: true);
                numbers.ForEach(scope.Slide);
                break;
            case ManyKind.Set:
                Set(scope, Keys.Index().Select(item => KeyValuePair.Create(item.Item, Value + item.Index)));
                foreach (var (index, key) in Keys.Index())
                {
                    scope.Set(key, Life, Value + index);
                }

                break;
            default:
                var removed = scope.IsAsync ? AsyncForms.Result(scope.Store.RemoveManyAsync(Keys)) : scope.Store.RemoveMany(Keys);
                removed.ShouldBe(Keys.Count(scope.Remove));
                break;
        }
    }

    private void Set(ModelScope scope, IEnumerable<KeyValuePair<string, long>> values)
    {
        if (scope.IsAsync)
        {
            AsyncForms.Wait(scope.Store.SetManyAsync(values, Life.ToOptions(scope.Now)));
        }
        else
        {
            scope.Store.SetMany(values, Life.ToOptions(scope.Now));
        }
    }

    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()} many: '{string.Join("', '", Keys)}'{(Kind == ManyKind.Set ? $" from {Value} on {Life}" : "")}";
}
