using System.Buffers;
using System.Globalization;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>The revisions of a configuration, each an entry of the store; docs/formats/configuration.md has their members.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ConfigurationHistory(IKvStore store, string prefix)
{
    private const string Revision = "revision";
    private const string Oldest = "oldest";
    private const string Time = "time";
    private const string Author = "author";
    private const string Reason = "reason";
    private const string UndoOf = "undo_of";
    private const string RestoredFrom = "restored_from";
    private const string Changes = "changes";
    private const string Key = "key";
    private const string Before = "before";
    private const string After = "after";

    private readonly string _headKey = ConfigurationKeys.Head(prefix);

    /// <summary>Where the history stands.</summary>
    /// <exception cref="KvSerializationException">Somebody else wrote the entry.</exception>
    public ConfigurationHead ReadHead() => Read(_headKey, out var version) is { } members
        ? new((long)members[Revision]!, (long)members[Oldest]!, version)
        : new(0, 1, 0);

    /// <summary>A revision; null when it is not kept.</summary>
    public SnapshotKvConfigurationRevision? Find(long revision) => Read(ConfigurationKeys.History(prefix, revision), out _) is { } members
        ? new(
            revision,
            DateTimeOffset.Parse((string)members[Time]!, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
            members.GetValueOrDefault(Author) as string,
            members.GetValueOrDefault(Reason) as string,
            members.GetValueOrDefault(UndoOf) as long?,
            [.. ((List<object?>)members[Changes]!).Select(static change => ToChange((Dictionary<string, object?>)change!))])
        {
            RestoredFrom = members.GetValueOrDefault(RestoredFrom) as string,
        }
        : null;

    /// <summary>Adds a revision to the batch that makes it, and takes the oldest out.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="head">Where the history stood when the revision was made; the batch is refused when it stands elsewhere by now.</param>
    /// <param name="revision">The revision.</param>
    /// <param name="limit">How many are kept.</param>
    public void AddTo(KvBatch batch, ConfigurationHead head, SnapshotKvConfigurationRevision revision, int limit)
    {
        var oldest = Math.Max(head.Oldest, revision.Revision - limit + 1);
        for (var gone = head.Oldest; gone < oldest; gone++)
        {
            batch.Remove(ConfigurationKeys.History(prefix, gone));
        }

        batch.RequireVersion(_headKey, head.EntryVersion);
        Set(batch, _headKey, new(StringComparer.Ordinal) { [Revision] = revision.Revision, [Oldest] = oldest });
        Set(batch, ConfigurationKeys.History(prefix, revision.Revision), ToMembers(revision));
    }

    private static Dictionary<string, object?> ToMembers(SnapshotKvConfigurationRevision revision)
    {
        var members = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            // As text, because a JSON store knows no instants.
            [Time] = revision.CommittedAt.ToString("O", CultureInfo.InvariantCulture),
            [Author] = revision.Author,
            [Reason] = revision.Reason,
            [UndoOf] = revision.UndoOf,
        };
        if (revision.RestoredFrom is { } snapshot)
        {
            members.Add(RestoredFrom, snapshot);
        }

        members.Add(Changes, revision.Changes.Select(static object? (change) => ToMembers(change)).ToList());
        return members;
    }

    /// <summary>Before and after are left out where there was no key: a null is a value.</summary>
    private static Dictionary<string, object?> ToMembers(SnapshotKvConfigurationValueChange change)
    {
        var members = new Dictionary<string, object?>(StringComparer.Ordinal) { [Key] = change.Key };
        if (change.Existed)
        {
            members.Add(Before, change.Before);
        }

        if (change.Exists)
        {
            members.Add(After, change.After);
        }

        return members;
    }

    private static SnapshotKvConfigurationValueChange ToChange(Dictionary<string, object?> members)
    {
        var existed = members.TryGetValue(Before, out var before);
        var exists = members.TryGetValue(After, out var after);
        return new((string)members[Key]!, existed, before as string, exists, after as string);
    }

    private Dictionary<string, object?>? Read(string key, out long version)
    {
        var buffer = new ArrayBufferWriter<byte>();
        if (!store.TryReadEncoded(key, buffer, out version))
        {
            return null;
        }

        return KvSerializer.Native(store.Format).Deserialize<object>(new ReadOnlySequence<byte>(buffer.WrittenMemory)) as Dictionary<string, object?>
            ?? throw new KvSerializationException(key, $"The entry '{key}' is not what the configuration writer keeps there; something else wrote it.");
    }

    private void Set(KvBatch batch, string key, Dictionary<string, object?> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        KvSerializer.Native(store.Format).Serialize(members, buffer);
        batch.SetEncoded(key, new ReadOnlySequence<byte>(buffer.WrittenMemory));
    }
}
