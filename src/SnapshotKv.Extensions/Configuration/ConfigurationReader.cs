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
