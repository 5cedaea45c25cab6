namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>Replaces a value at the version that it has, or at one before.</summary>
internal sealed record TryUpdateStep(string Key, long Value, bool IsStale) : EntryStep
{
    public static TryUpdateStep Draw(Random random) => new(ModelKeys.Draw(random), random.Next(), random.Next(3) == 0);

    public override void Run(ModelScope scope)
    {
        var entry = scope.Find(Key);
        scope.Store.TryGetInfo(Key, out var info).ShouldBe(entry is not null);
        var isCurrent = entry is not null && !IsStale;
        var version = isCurrent ? info.Version : long.MaxValue - 1;
        (scope.IsAsync ? AsyncForms.Result(scope.Store.TryUpdateAsync(Key, Value, version)) : scope.Store.TryUpdate(Key, Value, version)).ShouldBe(isCurrent);
        if (isCurrent)
        {
            // Nothing was read: in a transaction only what it writes moves, not what others see.
            scope.Update(Key, entry!.WithValue(Value));
        }
    }

    public override string ToString() => $"update '{Key}' to {Value} at {(IsStale ? "a wrong" : "its")} version";
}
