namespace SnapshotKv.Tests.Store.Model;

/// <summary>A keyspace under test beside the dictionary that it is to agree with: the whole store, a partition, or what one thread has to itself.</summary>
internal sealed class ModelScope(IKvStore store, TimeProvider clock, IEnumerable<KeyValuePair<string, ModelEntry>> entries)
{
    private readonly Dictionary<string, ModelEntry> _entries = new(entries, StringComparer.Ordinal);

    public IKvStore Store { get; } = store;

    /// <summary>Whether the keys are seen in a transaction.</summary>
    public bool IsTransaction { get; private init; }

    /// <summary>Whether typed and bulk operations are asked for in their asynchronous forms.</summary>
    public bool IsAsync { get; private init; }

    /// <summary>What counts for an entry that is set without a life or without tags.</summary>
    public ModelLife? Defaults { get; private init; }

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>The live keys in the store's order.</summary>
    public IReadOnlyList<string> Keys => [.. _entries.Where(item => item.Value.IsLive(Now)).Select(item => item.Key).Order(ModelKeys.ByBytes)];

    /// <summary>The live entries.</summary>
    public IEnumerable<KeyValuePair<string, ModelEntry>> Entries => _entries.Where(item => item.Value.IsLive(Now));

    /// <summary>Whether a key has an entry that expired.</summary>
    public bool IsDead(string key) => _entries.TryGetValue(key, out var entry) && !entry.IsLive(Now);

    /// <summary>The live entry of a key.</summary>
    public ModelEntry? Find(string key) => _entries.TryGetValue(key, out var entry) && entry.IsLive(Now) ? entry : null;

    /// <summary>The highest version that was seen so far.</summary>
    public long HighestVersion { get; private set; }

    /// <summary>Notes that a key is set now.</summary>
    /// <param name="key">The key.</param>
    /// <param name="life">How long it lives.</param>
    /// <param name="value">Its value.</param>
    /// <param name="blob">Its blob; null for none.</param>
    public void Set(string key, ModelLife life, object value, byte[]? blob = null)
    {
        var entry = life.Begin(value, Now, Defaults);
        Set(key, blob is null ? entry : entry.WithBlob(blob));
    }

    /// <summary>Notes that an entry was updated, which moves its sliding expiry as a read does.</summary>
    public void Update(string key, ModelEntry updated)
    {
        updated.Slide(Now);
        Set(key, updated);
    }

    public void Set(string key, ModelEntry entry)
    {
        entry.After = HighestVersion;
        _entries[key] = entry;
    }

    /// <summary>Removes a key, and says whether it was live.</summary>
    public bool Remove(string key)
    {
        var wasLive = Find(key) is not null;
        _entries.Remove(key);
        return wasLive;
    }

    /// <summary>Removes keys, and says how many were live.</summary>
    public int RemoveWhere(Func<string, bool> condition) => Keys.Where(condition).Count(Remove);

    /// <summary>Notes that the value of a key was read.</summary>
    public void Slide(string key) => Find(key)?.Slide(Now);

    /// <summary>Reads a key in both and compares.</summary>
    public void Read(string key)
    {
        var expected = Find(key);
        if (expected?.Value is long number)
        {
            Store.TryGet<long>(key, out var found).ShouldBeTrue(key);
            found.ShouldBe(number, key);
        }
        else
        {
            Store.TryGetBytes(key, out var found).ShouldBe(expected is not null, key);
            found.ShouldBe((byte[]?)expected?.Value, key);
        }

        Slide(key);
    }

    /// <summary>Reads the blob of a key in both and compares.</summary>
    public void ReadBlob(string key)
    {
        var blobs = (IKvBlobs)Store;
        var expected = Find(key);
        Slide(key);
        if (expected?.Blob is { } blob)
        {
            blobs.GetBlob(key).ShouldBe(blob, $"blob of {key}");
            using var stream = blobs.OpenBlob(key);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            copy.ToArray().ShouldBe(blob, $"blob of {key} as a stream");
        }
        else
        {
            Should.Throw<KvBlobException>(() => blobs.GetBlob(key)).Reason.ShouldBe(expected is null ? KvBlobProblem.NoSuchKey : KvBlobProblem.NoBlob, key);
        }
    }

    /// <summary>The deadlines have reached the disk as they are now.</summary>
    public void Keep()
    {
        foreach (var entry in _entries.Values)
        {
            entry.Keep();
        }
    }

    /// <summary>Takes over how far sliding expiries came that a crash may have taken back: not further than they were, and as far as was kept.</summary>
    public void TakeOverSlides()
    {
        foreach (var (key, entry) in Entries.Where(item => item.Value.Window is not null).ToList())
        {
            entry.FallBackTo(Store.TryGetInfo(key, out var info) ? info.ExpiresAt : null, Now);
        }
    }

    /// <summary>Compares everything that can be asked without moving an expiry.</summary>
    public void Compare()
    {
        var live = Keys;
        Store.GetKeys().ShouldBe(live);
        foreach (var prefix in ModelKeys.Prefixes)
        {
            Store.Count(prefix).ShouldBe(live.Count(key => key.StartsWith(prefix, StringComparison.Ordinal)), $"count of {prefix}");
        }

        foreach (var key in ModelKeys.All.Union(live))
        {
            Store.Exists(key).ShouldBe(Find(key) is not null, $"exists {key}");
            var expected = Find(key) switch
            {
                null => KvTimeToLive.Missing,
                { Deadline: { } deadline } => KvTimeToLive.Of(deadline - Now),
                _ => KvTimeToLive.Unlimited,
            };
            Store.GetTimeToLive(key).ShouldBe(expected, $"life of {key}");
            CompareInfo(key);
        }

        foreach (var tag in ModelKeys.Tags)
        {
            Store.GetKeysByTag(tag).ShouldBe(live.Where(key => Find(key)!.Tags.Contains(tag)), $"keys tagged {tag}");
        }
    }

    /// <summary>The version of a live entry, asked for when nobody has; higher than all that were known when it was set.</summary>
    public long VersionOf(string key)
    {
        var entry = Find(key)!;
        if (entry.Version == 0)
        {
            Store.TryGetInfo(key, out var info).ShouldBeTrue(key);
            info.Version.ShouldBeGreaterThan(entry.After, $"version of {key}");
            entry.Version = info.Version;
            HighestVersion = Math.Max(HighestVersion, info.Version);
        }

        return entry.Version;
    }

    /// <summary>The part under a prefix, with entries of its own until they are taken back.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="defaults">What its entries have in common; null for what they have here, which is also what counts where a store knows no options.</param>
    public ModelScope Under(string prefix, ModelLife? defaults = null)
    {
        var part = defaults is null ? null : PartitionWith(prefix, new KvPartitionOptions { DefaultEntryOptions = defaults.ToOptions(Now) });
        var entries = Entries.Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(item => KeyValuePair.Create(item.Key[prefix.Length..], item.Value));
        return new(part ?? Store.GetPartition(prefix), clock, entries)
        {
            HighestVersion = HighestVersion,
            IsTransaction = IsTransaction,
            IsAsync = IsAsync,
            Defaults = part is null ? Defaults : defaults,
        };
    }

    /// <summary>The same keys in a transaction, with entries of their own until they are taken back.</summary>
    public ModelScope In(IKvTransaction transaction) => new(transaction, clock, Entries) { HighestVersion = HighestVersion, IsTransaction = true, Defaults = Defaults };

    /// <summary>The same keys by asynchronous forms only, with entries of their own until they are taken back.</summary>
    public ModelScope ThroughAsync() => new(new AsyncForms((IKvBlobs)Store), clock, Entries)
    {
        HighestVersion = HighestVersion,
        IsTransaction = IsTransaction,
        IsAsync = true,
        Defaults = Defaults,
    };

    /// <summary>A restore put what there was at another time in the place of all keys under a prefix.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="then">All entries as they were then.</param>
    /// <param name="version">The restore's version, which all that it brought has.</param>
    /// <returns>How many entries it brought: what has expired since does not come back.</returns>
    public int GoBack(string prefix, IEnumerable<KeyValuePair<string, ModelEntry>> then, long version)
    {
        foreach (var key in _entries.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).ToList())
        {
            _entries.Remove(key);
        }

        version.ShouldBeGreaterThan(HighestVersion);
        HighestVersion = version;
        var brought = then.Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal) && item.Value.IsLive(Now)).ToList();
        foreach (var (key, entry) in brought)
        {
            entry.Version = version;
            _entries[key] = entry;
        }

        return brought.Count;
    }

    /// <summary>Takes back what happened to the part under a prefix.</summary>
    public void TakeBack(string prefix, ModelScope part)
    {
        HighestVersion = Math.Max(HighestVersion, part.HighestVersion);
        RemoveWhere(key => key.StartsWith(prefix, StringComparison.Ordinal));
        foreach (var (key, entry) in part.Entries)
        {
            _entries[prefix + key] = entry;
        }
    }

    private IKvStore? PartitionWith(string prefix, KvPartitionOptions options) => Store switch
    {
        KvKeyspace embedded => embedded.GetPartition(prefix, options),
        KvTransactionKeyspace transaction => transaction.GetPartition(prefix, options),
        _ => null,
    };

    private void CompareInfo(string key)
    {
        var entry = Find(key);
        Store.TryGetInfo(key, out var info).ShouldBe(entry is not null, $"info of {key}");
        if (entry is null)
        {
            return;
        }

        info.ExpiresAt.ShouldBe(entry.Deadline, $"end of {key}");
        info.SlidingExpiration.ShouldBe(entry.Window, $"window of {key}");
        info.Tags.ShouldBe(entry.Tags, ignoreOrder: true, $"tags of {key}");
        info.HasBlob.ShouldBe(entry.Blob is not null, $"blob of {key}");

        // What a transaction has written gets its version with the commit.
        if (!IsTransaction || entry.Version != 0)
        {
            info.Version.ShouldBe(VersionOf(key), $"version of {key}");
        }
    }
}
