using System.Runtime.CompilerServices;
using SnapshotKv.Engine;
using SnapshotKv.Lifetime;

namespace SnapshotKv.Benchmarks.Peers;

/// <summary>
/// The two inner parts that figures ask for and the public API rightly hides: a save with the one core less that background saves leave to the
/// application, begun at a chosen moment; and single slices of a sweep.
/// </summary>
/// <remarks>Two private names are reached for; all else is checked by the compiler. A name that is no more is told of by <see cref="Check()"/>, before anything is measured.</remarks>
internal static class StoreInternals
{
    private const string StoreField = "_store", EngineProperty = "get_Engine";

    public static Checkpointer Checkpointer(KvStore store) =>
        StoreOf(store).Directory?.Checkpointer ?? throw new ArgumentException("A store in memory has nobody who saves it; open it in a directory.", nameof(store));

    public static CommitPipeline Pipeline(KvStore store) => EngineOf(store).Pipeline;

    /// <summary>Reaches for each part once, so that a run of an hour does not end in its last group.</summary>
    /// <exception cref="InvalidOperationException">A part has another name now.</exception>
    public static void Check()
    {
        using var store = KvStore.Open(new SnapshotKvOptions());
        Check($"{nameof(KvStore)}.{StoreField} of the type {nameof(OpenStore)}", () => StoreOf(store));
        Check($"{nameof(KvKeyspace)}.{EngineProperty} of the type {nameof(StoreEngine)}", () => EngineOf(store));
    }

    private static void Check(string name, Func<object> reach)
    {
        try
        {
            _ = reach();
        }
        catch (MissingMemberException exception)
        {
            throw new InvalidOperationException($"The benchmarks reach for {name}, which is not there any more. Name what took its place in Peers/{nameof(StoreInternals)}.cs.", exception);
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = StoreField)]
    private static extern ref OpenStore StoreOf(KvStore store);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = EngineProperty)]
    private static extern StoreEngine EngineOf(KvKeyspace store);
}
