using System.Diagnostics.CodeAnalysis;
using SnapshotKv.Engine;
using SnapshotKv.FileSystem;

namespace SnapshotKv.Lifetime;

/// <summary>
/// The directories that this process has open to be shared: each is opened by the first who comes, and closed by the last who goes. Who comes while it is
/// being closed waits, and opens it anew.
/// </summary>
/// <remarks>Thread-safe. It is the process's, as the lock of a directory is.</remarks>
internal static class SharedStores
{
    private static readonly Dictionary<StoreLocation, Place> Places = [];

    /// <summary>Opens a store, or another handle on one that is open.</summary>
    /// <param name="options">The settings, in order, with a path.</param>
    /// <param name="environment">What the store takes from its surroundings.</param>
    /// <param name="owner">Who opens it, for messages.</param>
    /// <exception cref="KvStoreSettingsException">The store is open with settings that these contradict.</exception>
    public static (OpenStore Store, StoreHandle Handle) Open(SnapshotKvOptions options, StoreEnvironment environment, string owner)
    {
        var location = new StoreLocation(environment.FileSystem, StoreDirectory.Resolve(environment.FileSystem, options.Path!), options.Mode);
        var place = Enter(location);
        place.Turn.Wait();
        try
        {
            // Known only once somebody holds it: nobody would ever close it otherwise.
            var store = place.Store ?? OpenStore.Open(options, environment, location, CancellationToken.None);
            var handle = store.Attach(options, owner);
            place.Store = store;
            return (store, handle);
        }
        finally
        {
            Leave(location, place);
        }
    }

    /// <summary>Somebody lets go of a store; the last one closes it.</summary>
    /// <exception cref="KvStoreUnavailableException">The last save failed.</exception>
    public static void Release(OpenStore store, StoreLocation location, StoreHandle handle)
    {
        var place = Enter(location);
        place.Turn.Wait();
        try
        {
            if (store.Detach(handle))
            {
                place.Store = null;
                store.Close();
            }
        }
        finally
        {
            Leave(location, place);
        }
    }

    /// <inheritdoc cref="Release"/>
    public static async Task ReleaseAsync(OpenStore store, StoreLocation location, StoreHandle handle)
    {
        var place = Enter(location);
        await place.Turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (store.Detach(handle))
            {
                place.Store = null;
                await store.CloseAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            Leave(location, place);
        }
    }

    private static Place Enter(StoreLocation location)
    {
        lock (Places)
        {
            if (!Places.TryGetValue(location, out var place))
            {
                Places.Add(location, place = new Place());
            }

            place.Visitors++;
            return place;
        }
    }

    private static void Leave(StoreLocation location, Place place)
    {
        place.Turn.Release();
        lock (Places)
        {
            if (--place.Visitors == 0 && place.Store is null)
            {
                Places.Remove(location);
            }
        }
    }

    /// <summary>What is known of one directory.</summary>
    [SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The semaphore owns nothing while nobody asks for its wait handle.")]
    private sealed class Place
    {
        /// <summary>Held while the store is opened, closed, or given another handle.</summary>
        public SemaphoreSlim Turn { get; } = new(1, 1);

        /// <summary>Turn: the store while it is open.</summary>
        public OpenStore? Store { get; set; }

        /// <summary>Lock of all places: who has the turn or waits for it.</summary>
        public int Visitors { get; set; }
    }
}
