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
    public static ConfigurationEntries Read(IKvStore store, string prefix, IDictionary<string, long>? versions = null) =>
        store.IsReadOnly ? ReadFollowed(store, prefix, versions) : ReadWritable(store, prefix, versions);

    /// <summary>Reads the entries of a store in which nothing changes, as in a view of a snapshot.</summary>
    /// <param name="store">The store.</param>
    /// <param name="prefix">The prefix.</param>
    /// <returns>The entries, without a version: there was nothing they could be older or newer than.</returns>
    public static ConfigurationEntries ReadUnchanging(IKvStore store, string prefix) => new(Version: 0, store.Format, ReadOnce(store, prefix, versions: null));

    private static ConfigurationEntries ReadWritable(IKvStore store, string prefix, IDictionary<string, long>? versions)
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

        throw NeverTheSame(prefix);
    }

    /// <summary>
    /// Reads until two readings in a row are alike. A store that follows another one carries out its commits and takes none from here, not even one of nothing; but a commit is seen whole or not at all,
    /// and gives what it sets another version, so that what both readings have was so all the time between them.
    /// </summary>
    private static ConfigurationEntries ReadFollowed(IKvStore store, string prefix, IDictionary<string, long>? versions)
    {
        var earlierVersions = new Dictionary<string, long>(StringComparer.Ordinal);
        var laterVersions = new Dictionary<string, long>(StringComparer.Ordinal);
        var earlier = ReadEntries(store, prefix, earlierVersions);
        for (var tries = 1; tries < MostTries; tries++)
        {
            var later = ReadEntries(store, prefix, laterVersions);

            // The values too: where the owner begins anew, so do its numbers.
            if (HaveSameVersions(earlierVersions, laterVersions) && later.HasSameValues(earlier))
            {
                Copy(laterVersions, versions);
                return later;
            }

            (earlier, earlierVersions, laterVersions) = (later, laterVersions, earlierVersions);
        }

        throw NeverTheSame(prefix);
    }

    private static ConfigurationEntries ReadEntries(IKvStore store, string prefix, Dictionary<string, long> versions)
    {
        var values = ReadOnce(store, prefix, versions);
        return new(versions.Values.DefaultIfEmpty().Max(), store.Format, values);
    }

    private static bool HaveSameVersions(Dictionary<string, long> some, Dictionary<string, long> others) =>
        some.Count == others.Count && some.All(pair => others.TryGetValue(pair.Key, out var version) && version == pair.Value);

    private static void Copy(Dictionary<string, long> versions, IDictionary<string, long>? target)
    {
        target?.Clear();
        foreach (var (key, version) in versions)
        {
            target?.Add(key, version);
        }
    }

    private static KvConflictException NeverTheSame(string prefix) =>
        new($"The configuration under '{prefix}' was changed during each of {MostTries} readings; something writes to it without end.");

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
