using System.Buffers;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>Reads all entries under a prefix of any store as of one point in time.</summary>
internal static class ConfigurationReader
{
    /// <summary>So many commits during so many readings in a row mean that something writes to the configuration without end.</summary>
    private const int MostTries = 64;

    /// <summary>Reads the entries.</summary>
    /// <param name="store">The store.</param>
    /// <param name="prefix">The prefix.</param>
    /// <param name="versions">Takes the version of each key; null when nobody asks.</param>
    /// <exception cref="KvConflictException">Something under the prefix was changed during each of many readings.</exception>
    public static ConfigurationEntries Read(IKvStore store, string prefix, IDictionary<string, long>? versions = null)
    {
        if (store is KvStore { Follower: not null } followed)
        {
            return ReadFollowed(followed, prefix, versions);
        }

        for (var tries = 0; tries < MostTries; tries++)
        {
            // Keys are read one by one, so commits can come between. The token tells of each that is complete, and the empty batch, which takes its turn among
            // the writers, makes sure that no commit whose beginning was read is not.
            var unchanged = store.Watch(prefix);
            var values = ReadOnce(store, prefix, versions);
            var version = store.TryCommit(new KvBatch()).Version;
            if (!unchanged.HasChanged)
            {
                return new(version, store.Format, values);
            }
        }

        throw new KvConflictException($"The configuration under '{prefix}' was changed during each of {MostTries} readings; something writes to it without end.");
    }

    /// <summary>Reads the entries of a store in which nothing changes, as in a view of a snapshot.</summary>
    /// <param name="store">The store.</param>
    /// <param name="prefix">The prefix.</param>
    /// <returns>The entries, without a version: there was nothing they could be older or newer than.</returns>
    public static ConfigurationEntries ReadUnchanging(IKvStore store, string prefix) => new(Version: 0, store.Format, ReadOnce(store, prefix, versions: null));

    /// <summary>As a transaction sees them: a store that follows another one carries out its commits and takes none from here, not even one of nothing.</summary>
    private static ConfigurationEntries ReadFollowed(KvStore store, string prefix, IDictionary<string, long>? versions)
    {
        for (var tries = 1; ; tries++)
        {
            using var transaction = store.BeginTransaction();
            try
            {
                return new(store.Follower!.Version, store.Format, ReadOnce(transaction, prefix, versions));
            }
            catch (KvConflictException) when (tries < MostTries)
            {
                // The owner has changed something that was being read.
            }
        }
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> ReadOnce(IKvStore store, string prefix, IDictionary<string, long>? versions)
    {
        versions?.Clear();
        var values = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var key in store.GetKeys(prefix))
        {
            var buffer = new ArrayBufferWriter<byte>();
            if (store.TryReadEncoded(key, buffer, out var version))
            {
                values[key] = buffer.WrittenMemory;
                versions?[key] = version;
            }
        }

        return values;
    }
}
