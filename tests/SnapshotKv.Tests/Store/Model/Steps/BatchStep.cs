namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>Several changes as one commit; without a life a change removes. A key may come twice: the last one counts.</summary>
internal sealed record BatchStep((string Key, byte Value, ModelLife? Life)[] Changes) : EntryStep
{
    public static BatchStep Draw(Random random) => new(
        [.. Enumerable.Range(0, random.Next(7)).Select(_ => (ModelKeys.Draw(random), (byte)random.Next(256), random.Next(3) == 0 ? null : ModelLife.Draw(random)))]);

    public override void Run(ModelScope scope)
    {
        var removed = Changes.GroupBy(change => change.Key, StringComparer.Ordinal).Count(group => group.Last().Life is null && scope.Find(group.Key) is not null);
        scope.Store.Commit(Make(scope)).RemovedCount.ShouldBe(removed);
        Apply(scope);
    }

    public KvBatch Make(ModelScope scope)
    {
        var batch = new KvBatch();
        foreach (var (key, value, life) in Changes)
        {
            _ = life is null ? batch.Remove(key) : batch.SetBytes(key, [value], life.ToOptions(scope.Now));
        }

        return batch;
    }

    public void Apply(ModelScope scope)
    {
        foreach (var (key, value, life) in Changes)
        {
            if (life is null)
            {
                scope.Remove(key);
            }
            else
            {
                scope.Set(key, life, new[] { value });
            }
        }
    }

    public override string ToString() =>
        $"batch: {string.Join(", ", Changes.Select(change => change.Life is null ? $"remove '{change.Key}'" : $"set '{change.Key}' to {change.Value} {change.Life}"))}";
}
