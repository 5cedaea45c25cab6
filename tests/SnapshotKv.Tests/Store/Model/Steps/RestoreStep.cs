namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>Goes back to the snapshot that was pinned last, whole or with the keys under a prefix, and perhaps on again to what there was before.</summary>
internal sealed record RestoreStep(string Prefix, bool IsUndone) : ModelStep
{
    public static RestoreStep Draw(Random random) => new(ModelKeys.DrawPrefix(random), random.Next(3) == 0);

    public override void Run(ModelWorld world) => world.Restore(Prefix, IsUndone);

    public override string ToString() => $"restore '{Prefix}'{(IsUndone ? ", and undo that" : "")}";
}
