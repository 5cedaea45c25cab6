using SnapshotKv.Tests.Store.Model.Steps;

namespace SnapshotKv.Tests.Store.Model;

/// <summary>The kinds of steps with how often each comes.</summary>
internal static class ModelSteps
{
    private static readonly (int Weight, Func<Random, EntryStep> Draw)[] OnEntries =
    [
        (28, SetStep.Draw),
        (8, RemoveStep.Draw),
        (16, ReadStep.Draw),
        (2, RefreshStep.Draw),
        (8, BatchStep.Draw),
        (4, RemoveByPrefixStep.Draw),
        (2, RemoveByTagStep.Draw),
        (6, IncrementStep.Draw),
        (3, TryAddStep.Draw),
        (4, TryUpdateStep.Draw),
        (4, ConditionalBatchStep.Draw),
        (3, GetOrCreateStep.Draw),
        (4, ManyStep.Draw),
        (5, SetBlobStep.Draw),
        (3, ReadBlobStep.Draw),
        (1, _ => new ClearStep()),
        (6, _ => new CompareStep()),
    ];

    private static readonly (int Weight, Func<Random, ModelStep> Draw)[] OnTheWorld =
    [
        (52, DrawOnEntries),
        (16, AsynchronouslyStep.Draw),
        (12, InPartitionStep.Draw),
        (6, TokenStep.Draw),
        (1, ConcurrentlyStep.Draw),
        (6, TransactionStep.Draw),
        (3, ConflictStep.Draw),
        (3, WatchStep.Draw),
        (1, FloodStep.Draw),
        (1, _ => new SettleBlobsStep()),
        (14, AdvanceStep.Draw),
        (4, _ => new SaveStep()),
        (2, _ => new PinStep()),
        (3, RestoreStep.Draw),
        (4, ReopenStep.Draw),
        (4, CrashStep.Draw),
    ];

    public static ModelStep Draw(Random random) => Draw(OnTheWorld, random);

    public static EntryStep DrawOnEntries(Random random) => Draw(OnEntries, random);

    private static T Draw<T>((int Weight, Func<Random, T> Draw)[] kinds, Random random)
    {
        var at = random.Next(kinds.Sum(kind => kind.Weight));
        return kinds.First(kind => (at -= kind.Weight) < 0).Draw(random);
    }
}
