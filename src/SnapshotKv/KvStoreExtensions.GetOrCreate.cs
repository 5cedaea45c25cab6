using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using SnapshotKv.Engine;

namespace SnapshotKv;

/// <content>Reading what is there, and making it once when it is not.</content>
public static partial class KvStoreExtensions
{
    // Stores that are not the embedded engine. The engine has a table of its own, which all its partitions share, and so has each transaction.
    private static readonly ConditionalWeakTable<IKvStore, FlightTable> Flights = [];

    /// <summary>Reads a typed value; when there is none, has it made and stores it. Of any number of callers at once one runs its factory, the others wait for it.</summary>
    /// <typeparam name="T">The declared type; a value of type <see cref="object"/> is stored by its own type.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="factory">Makes the value. It runs on the caller's thread, outside of every lock, and may use the store, but not ask for the same key.</param>
    /// <param name="options">How long the entry lives that is made, and its tags; default: for ever, none.</param>
    /// <returns>The value. A value that somebody else set while the factory ran counts, and is returned instead.</returns>
    /// <remarks>
    /// What the factory throws is thrown to all who wait, and nothing is stored. One factory per key and process; a waiting thread is blocked, so asynchronous code uses
    /// <see cref="GetOrCreateAsync{T}(IKvStore, string, Func{CancellationToken, ValueTask{T}}, KvEntryOptions, CancellationToken)"/>.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The factory asks for its own key, or for one whose factory waits for this one.</exception>
    /// <exception cref="KvSerializationException">The entry holds another kind of value, or the type has no form in the store's format; it names the key.</exception>
    public static T? GetOrCreate<T>(this IKvStore store, string key, Func<T> factory, KvEntryOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (store.TryGet<T>(key, out var found))
        {
            return found;
        }

        CheckOptions(store, options);
        var (table, name) = FlightsOf(store, key);
        var flight = table.Board(name, out var isMine);
        try
        {
            return isMine ? Make(store, key, factory, options, flight) : Decode<T>(store.Serializer, key, Wait(flight));
        }
        finally
        {
            FlightTable.StopWaiting(flight);
        }
    }

    /// <summary>
    /// Reads a typed value; when there is none, has it made and stores it. Of any number of callers at once one has its factory run, the others wait for
    /// it without a thread.
    /// </summary>
    /// <typeparam name="T">The declared type; a value of type <see cref="object"/> is stored by its own type.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="key">The key.</param>
    /// <param name="factory">Makes the value. Its token is cancelled only once all who wait have been cancelled. It may use the store, but not ask for the same key.</param>
    /// <param name="options">How long the entry lives that is made, and its tags; default: for ever, none.</param>
    /// <param name="cancellationToken">Ends this caller's waiting; the factory goes on for the others.</param>
    /// <returns>The value. A value that somebody else set while the factory ran counts, and is returned instead.</returns>
    /// <remarks>What the factory throws is thrown to all who wait, and nothing is stored. One factory per key and process.</remarks>
    /// <exception cref="InvalidOperationException">The factory asks for its own key, or for one whose factory waits for this one.</exception>
    /// <exception cref="KvSerializationException">The entry holds another kind of value, or the type has no form in the store's format; it names the key.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static async ValueTask<T?> GetOrCreateAsync<T>(
        this IKvStore store,
        string key,
        Func<CancellationToken, ValueTask<T>> factory,
        KvEntryOptions options = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (await store.GetAsync<T>(key, cancellationToken).ConfigureAwait(false) is { Found: true } found)
        {
            return found.Value;
        }

        CheckOptions(store, options);
        var (table, name) = FlightsOf(store, key);
        var flight = table.Board(name, out var isMine);
        if (isMine)
        {
            // Not awaited: the first caller may be cancelled too while others go on waiting.
            _ = MakeAsync(store, key, factory, options, flight);
        }

        try
        {
            return Decode<T>(store.Serializer, key, await flight.Landing.WaitAsync(cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            FlightTable.StopWaiting(flight);
        }
    }

    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "Who asks synchronously waits for the factory with his thread, as documented; what he waits for needs no thread of his.")]
    private static byte[] Wait(Flight flight) => flight.Landing.GetAwaiter().GetResult();

    private static T? Make<T>(IKvStore store, string key, Func<T> factory, in KvEntryOptions options, Flight flight)
    {
        try
        {
            using (FlightTable.Enter(flight))
            {
                // Between the look and the boarding somebody else may have landed.
                if (!store.TryGet<T>(key, out var value))
                {
                    value = factory();
                    value = store.TryAdd(key, value, options) || !store.TryGet<T>(key, out var other) ? value : other;
                }

                flight.Land(Encode(store.Serializer, key, value).WrittenMemory.ToArray());
                return value;
            }
        }
        catch (Exception exception)
        {
            flight.Crash(exception);
            throw;
        }
    }

    private static async Task MakeAsync<T>(IKvStore store, string key, Func<CancellationToken, ValueTask<T>> factory, KvEntryOptions options, Flight flight)
    {
        try
        {
            using (FlightTable.Enter(flight))
            {
                var (isThere, value) = await store.GetAsync<T>(key, CancellationToken.None).ConfigureAwait(false);
                if (!isThere)
                {
                    value = await factory(flight.Abandoned).ConfigureAwait(false);

                    // What nobody waits for any more is not stored: whoever gave up does not expect a write later on.
                    flight.Abandoned.ThrowIfCancellationRequested();
                    if (!await store.TryAddAsync(key, value, options, CancellationToken.None).ConfigureAwait(false)
                        && await store.GetAsync<T>(key, CancellationToken.None).ConfigureAwait(false) is { Found: true } other)
                    {
                        value = other.Value;
                    }
                }

                flight.Land(Encode(store.Serializer, key, value).WrittenMemory.ToArray());
            }
        }
        catch (Exception exception)
        {
            flight.Crash(exception);
        }
    }

    /// <summary>Refuses what the commit would refuse, before a factory runs for nothing.</summary>
    private static void CheckOptions(IKvStore store, in KvEntryOptions options)
    {
        if (store is KvKeyspace embedded)
        {
            embedded.CheckOptions(options);
        }
    }

    private static (FlightTable Table, string Name) FlightsOf(IKvStore store, string key) => store switch
    {
        KvKeyspace embedded => embedded.Flights(key),
        KvTransactionKeyspace transaction => transaction.Flights(key),
        _ => (Flights.GetOrCreateValue(store), key),
    };
}
