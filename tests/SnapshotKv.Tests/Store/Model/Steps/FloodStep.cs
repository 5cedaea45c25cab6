using SnapshotKv.Engine;

namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>More changes than a watcher's queue holds: who does not look meanwhile is told that it missed some.</summary>
internal sealed record FloodStep(string Key) : ModelStep
{
    public static FloodStep Draw(Random random) => new(ModelKeys.Draw(random));

    public override void Run(ModelWorld world)
    {
        if (!world.IsWatched)
        {
            return;
        }

        for (var i = 0L; i <= ChangeSubscription.Capacity; i++)
        {
            world.Root.Store.Set(Key, i);
        }

        world.Root.Set(Key, new ModelLife(null, null, IsRelative: true, []), (long)ChangeSubscription.Capacity);
        world.Compare();
    }

    public override string ToString() => $"set '{Key}' more often than a watcher's queue is long";
}
