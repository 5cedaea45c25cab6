namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>A batch under a condition on a key, which holds or does not.</summary>
internal sealed record ConditionalBatchStep(BatchStep Batch, string Key, bool WantsAbsent) : EntryStep
{
    public static ConditionalBatchStep Draw(Random random) => new(BatchStep.Draw(random), ModelKeys.Draw(random), random.Next(2) == 0);

    public override void Run(ModelScope scope)
    {
        var isThere = scope.Store.TryGetInfo(Key, out var info);
        isThere.ShouldBe(scope.Find(Key) is not null);
        var batch = Batch.Make(scope);
        _ = WantsAbsent ? batch.RequireAbsent(Key) : batch.RequireVersion(Key, isThere ? info.Version : long.MaxValue - 1);

        var result = scope.Store.TryCommit(batch);
        result.IsCommitted.ShouldBe(isThere != WantsAbsent);
        if (result.IsCommitted)
        {
            Batch.Apply(scope);
        }
        else
        {
            result.ConflictingKey.ShouldBe(Key);
        }
    }

    public override string ToString() => $"{Batch}, if '{Key}' is {(WantsAbsent ? "absent" : "at its version")}";
}
