using SnapshotKv.Tests.Serialization;

namespace SnapshotKv.Tests.Crashes;

/// <summary>All that a store holds, looked at without moving anything.</summary>
internal sealed class FoundState
{
    private static readonly NamedSerializer Stranger = new("stranger");

    private FoundState(Dictionary<string, FoundEntry> entries) => Entries = entries;

    public Dictionary<string, FoundEntry> Entries { get; }

    /// <summary>A state made by hand.</summary>
    public static FoundState Of(params IEnumerable<(string Key, FoundEntry Entry)> entries) =>
        new(entries.ToDictionary(item => item.Key, item => item.Entry, StringComparer.Ordinal));

    /// <summary>Looks at a store.</summary>
    /// <exception cref="InvalidOperationException">It contradicts itself: an index, a count, a blob that is gone.</exception>
    public static FoundState In(KvStore store)
    {
        var entries = new Dictionary<string, FoundEntry>(StringComparer.Ordinal);
        foreach (var key in store.GetKeys())
        {
            if (!store.TryPeekBytes(key, out var value, out var info))
            {
                throw new InvalidOperationException($"'{key}' is listed and cannot be read.");
            }

            entries.Add(key, new(value, info.ExpiresAt, info.SlidingExpiration, info.Tags, info.HasBlob ? store.GetBlob(key) : null, ClaimantOf(store, key)));
        }

        if (store.Count() != entries.Count)
        {
            throw new InvalidOperationException($"{store.Count()} entries are counted and {entries.Count} listed.");
        }

        CheckTags(store, entries);
        return new(entries);
    }

    /// <summary>What differs from another look; null when nothing does.</summary>
    public string? Compare(FoundState other) =>
        Entries.Keys.Except(other.Entries.Keys).FirstOrDefault() is { } missing ? $"'{missing}' is gone"
        : other.Entries.Keys.Except(Entries.Keys).FirstOrDefault() is { } added ? $"'{added}' has come from nowhere"
        : Entries.FirstOrDefault(entry => !entry.Value.IsSame(other.Entries[entry.Key])).Key is { } changed ? $"'{changed}' has changed"
        : null;

    private static void CheckTags(KvStore store, Dictionary<string, FoundEntry> entries)
    {
        foreach (var tag in entries.Values.SelectMany(entry => entry.Tags).Distinct(StringComparer.Ordinal))
        {
            var tagged = entries.Where(entry => entry.Value.Tags.Contains(tag)).Select(entry => entry.Key);
            if (!store.GetKeysByTag(tag).Order(StringComparer.Ordinal).SequenceEqual(tagged.Order(StringComparer.Ordinal)))
            {
                throw new InvalidOperationException($"The index of tags does not say what the entries say of '{tag}'.");
            }
        }
    }

    /// <summary>Whose typed values are under the key's partition, as a stranger is told; only looked for where the workload has serializers.</summary>
    private static string? ClaimantOf(KvStore store, string key)
    {
        if (!key.StartsWith(CrashKeys.Serialized, StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            return store.GetPartition(CrashKeys.Serialized, new() { Serializer = Stranger }).TryGet<string>(key[CrashKeys.Serialized.Length..], out _) ? "nobody" : "no entry";
        }
        catch (KvSerializationException exception)
        {
            return CrashKeys.Serializers.FirstOrDefault(name => exception.Message.Contains($"by the serializer '{name}'", StringComparison.Ordinal)) ?? exception.Message;
        }
    }
}
