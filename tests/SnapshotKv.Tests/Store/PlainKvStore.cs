using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Primitives;
using SnapshotKv.Serialization;

namespace SnapshotKv.Tests.Store;

/// <summary>
/// A store over an ordinary sorted dictionary and one lock. It shows that the extension methods need the interface and nothing else, and that the
/// contract's tests hold for another implementation too.
/// </summary>
internal sealed class PlainKvStore : IKvStore
{
    private readonly Data _data;
    private readonly string _prefix;

    public PlainKvStore(TimeProvider clock)
        : this(new Data(clock), string.Empty)
    {
    }

    private PlainKvStore(Data data, string prefix)
    {
        _data = data;
        _prefix = prefix;
    }

    public KvFormat Format => KvFormat.MessagePack;

    public IKvSerializer Serializer { get; } = KvSerializers.Create(KvFormat.MessagePack, resolver: null);

    public bool IsReadOnly => false;

    public bool TryGetBytes(string key, [NotNullWhen(true)] out byte[]? value) => TryGetBytes(key, out value, out _);

    public bool TryGetBytes(string key, [NotNullWhen(true)] out byte[]? value, out long version)
    {
        var entry = Find(key, slide: true);
        value = entry is null ? null : Serializer.Deserialize<byte[]>(new ReadOnlySequence<byte>(entry.Value));
        version = entry?.Version ?? 0;
        return value is not null;
    }

    public bool TryRead(string key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var isThere = TryGetBytes(key, out var value);
        destination.Write(value);
        return isThere;
    }

    public bool TryReadEncoded(string key, IBufferWriter<byte> destination, out long version)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var entry = Find(key, slide: true);
        destination.Write(entry?.Value);
        version = entry?.Version ?? 0;
        return entry is not null;
    }

    public bool TryGetInfo(string key, out KvEntryInfo info)
    {
        var entry = Find(key, slide: false);
        info = InfoOf(entry);
        return entry is not null;
    }

    public bool TryPeekBytes(string key, [NotNullWhen(true)] out byte[]? value, out KvEntryInfo info)
    {
        var entry = Find(key, slide: false);
        value = entry is null ? null : Serializer.Deserialize<byte[]>(new ReadOnlySequence<byte>(entry.Value));
        info = InfoOf(entry);
        return value is not null;
    }

    public void SetBytes(string key, ReadOnlySpan<byte> value, KvEntryOptions options = default) => Set(new KvBatch().SetBytes(Checked(key), value, options));

    public void SetBytes(string key, ReadOnlySequence<byte> value, KvEntryOptions options = default) => SetBytes(key, value.ToArray(), options);

    public void SetEncoded(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default) => Set(new KvBatch().SetEncoded(Checked(key), encoded, options));

    public bool Remove(string key) => TryCommit(new KvBatch().Remove(key)).RemovedCount > 0;

    public bool Exists(string key) => Find(key, slide: false) is not null;

    public bool Refresh(string key) => Find(key, slide: true) is not null;

    public KvTimeToLive GetTimeToLive(string key) => Find(key, slide: false) is not { } entry ? KvTimeToLive.Missing
        : entry.Deadline is { } deadline ? KvTimeToLive.Of(deadline - _data.Clock.GetUtcNow())
        : KvTimeToLive.Unlimited;

    public IEnumerable<string> GetKeys(string prefix = "") => Keys(Checked(prefix), _ => true);

    public long Count(string prefix = "") => Keys(Checked(prefix), _ => true).Count;

    public IEnumerable<string> GetKeysByTag(string tag) => Tagged(tag);

    public long RemoveByPrefix(string prefix) => RemoveAll(Keys(Checked(prefix), _ => true));

    public long RemoveByTag(string tag) => RemoveAll(Tagged(tag));

    public long Clear() => RemoveByPrefix(string.Empty);

    public KvCommitResult TryCommit(KvBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        foreach (var key in batch.Changes.Keys.Concat(batch.Conditions.Keys))
        {
            Checked(key);
        }

        lock (_data.Lock)
        {
            return Conflict(batch) is { } key ? new KvCommitResult { ConflictingKey = key } : Apply(batch);
        }
    }

    public IChangeToken Watch(string prefix = "")
    {
        lock (_data.Lock)
        {
            return new CancellationChangeToken(_data.Changed.Token);
        }
    }

    public IKvStore GetPartition(string prefix) => Checked(prefix).Length == 0 ? this : new PlainKvStore(_data, _prefix + prefix);

    public ValueTask<KvResult<byte[]>> GetBytesAsync(string key, CancellationToken cancellationToken = default) => Run(
        () => TryGetBytes(key, out var value, out var version) ? new KvResult<byte[]>(value, version) : default,
        cancellationToken);

    public ValueTask<bool> TryReadAsync(string key, IBufferWriter<byte> destination, CancellationToken cancellationToken = default) =>
        Run(() => TryRead(key, destination), cancellationToken);

    public ValueTask<long> ReadEncodedAsync(string key, IBufferWriter<byte> destination, CancellationToken cancellationToken = default) =>
        Run(() => TryReadEncoded(key, destination, out var version) ? version : 0, cancellationToken);

    public async ValueTask SetBytesAsync(string key, ReadOnlySequence<byte> value, KvEntryOptions options = default, CancellationToken cancellationToken = default) =>
        await Run(() => Set(new KvBatch().SetBytes(Checked(key), value.ToArray(), options)), cancellationToken);

    public async ValueTask SetEncodedAsync(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default, CancellationToken cancellationToken = default) =>
        await Run(() => Set(new KvBatch().SetEncoded(Checked(key), encoded, options)), cancellationToken);

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default) => Run(() => Remove(key), cancellationToken);

    public ValueTask<bool> ExistsAsync(string key, CancellationToken cancellationToken = default) => Run(() => Exists(key), cancellationToken);

    public ValueTask<bool> RefreshAsync(string key, CancellationToken cancellationToken = default) => Run(() => Refresh(key), cancellationToken);

    public ValueTask<KvTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken = default) => Run(() => GetTimeToLive(key), cancellationToken);

    public ValueTask<long> CountAsync(string prefix = "", CancellationToken cancellationToken = default) => Run(() => Count(prefix), cancellationToken);

    public ValueTask<long> RemoveByPrefixAsync(string prefix, CancellationToken cancellationToken = default) => Run(() => RemoveByPrefix(prefix), cancellationToken);

    public ValueTask<long> ClearAsync(CancellationToken cancellationToken = default) => Run(Clear, cancellationToken);

    public ValueTask<KvCommitResult> TryCommitAsync(KvBatch batch, CancellationToken cancellationToken = default) => Run(() => TryCommit(batch), cancellationToken);

    public ValueTask<long> RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) => Run(() => RemoveByTag(tag), cancellationToken);

    public async IAsyncEnumerable<string> GetKeysAsync(string prefix = "")
    {
        foreach (var key in await Run(() => GetKeys(prefix).ToList(), CancellationToken.None))
        {
            yield return key;
        }
    }

    /// <summary>Unlike the engine's: off the caller's thread, so that nothing may count on an answer at once.</summary>
    private static async ValueTask<T> Run<T>(Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        return work();
    }

    private static string Checked(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        try
        {
            new UTF8Encoding(false, throwOnInvalidBytes: true).GetByteCount(key);
            return key;
        }
        catch (EncoderFallbackException exception)
        {
            throw new ArgumentException("The key has an unpaired surrogate.", nameof(key), exception);
        }
    }

    private static KvEntryInfo InfoOf(Entry? entry) => entry is null
        ? default
        : new KvEntryInfo { Version = entry.Version, ExpiresAt = entry.Deadline, SlidingExpiration = entry.Window, Tags = entry.Tags, ValueBytes = entry.Value.Length };

    private Entry? Find(string key, bool slide)
    {
        lock (_data.Lock)
        {
            var now = _data.Clock.GetUtcNow();
            if (!_data.Entries.TryGetValue(_prefix + Checked(key), out var entry) || entry.Deadline <= now)
            {
                return null;
            }

            if (slide && entry.Window is { } window)
            {
                entry.Deadline = entry.Cap is { } cap && cap < now + window ? cap : now + window;
            }

            return entry;
        }
    }

    private List<string> Keys(string prefix, Predicate<Entry> isWanted)
    {
        lock (_data.Lock)
        {
            var now = _data.Clock.GetUtcNow();
            return
            [
                .. from pair in _data.Entries
                   where pair.Key.StartsWith(_prefix + prefix, StringComparison.Ordinal) && !(pair.Value.Deadline <= now) && isWanted(pair.Value)
                   select pair.Key[_prefix.Length..],
            ];
        }
    }

    private List<string> Tagged(string tag)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        return Keys(string.Empty, entry => entry.Tags.Contains(tag));
    }

    private long RemoveAll(List<string> keys)
    {
        var batch = new KvBatch();
        keys.ForEach(key => batch.Remove(key));
        return TryCommit(batch).RemovedCount;
    }

    private bool Set(KvBatch batch) => TryCommit(batch).IsCommitted;

    private string? Conflict(KvBatch batch) =>
        batch.Conditions.Where(condition => (Find(condition.Key, slide: false)?.Version ?? 0) != condition.Value).Select(condition => condition.Key)
            .Concat(batch.Changes.Where(change => change.Value.Kind == KvBatch.ChangeKind.Update && !Exists(change.Key)).Select(change => change.Key))
            .FirstOrDefault();

    private KvCommitResult Apply(KvBatch batch)
    {
        // Made first: what is refused must not leave half of the batch behind.
        var made = batch.Changes.Select(change => (Key: _prefix + change.Key, Entry: Make(change.Key, change.Value))).ToList();
        var removed = made.Count(change => change.Entry is null && Exists(change.Key[_prefix.Length..]));
        if (removed == 0 && made.TrueForAll(change => change.Entry is null))
        {
            return new KvCommitResult { Version = _data.Version };
        }

        _data.Version++;
        foreach (var (key, entry) in made)
        {
            if (entry is null)
            {
                _data.Entries.Remove(key);
            }
            else
            {
                entry.Version = _data.Version;
                _data.Entries[key] = entry;
            }
        }

        Interlocked.Exchange(ref _data.Changed, new CancellationTokenSource()).Cancel();
        return new KvCommitResult { Version = _data.Version, RemovedCount = removed };
    }

    private Entry? Make(string key, KvBatch.Change change)
    {
        if (change.Kind == KvBatch.ChangeKind.Remove)
        {
            return null;
        }

        if (change.Kind == KvBatch.ChangeKind.Update)
        {
            return Find(key, slide: true)! with { Value = change.Value };
        }

        var now = _data.Clock.GetUtcNow();
        var options = change.Options;
        ArgumentOutOfRangeException.ThrowIfEqual(options.TimeToLive <= TimeSpan.Zero && options.TimeToLive != Timeout.InfiniteTimeSpan, true, nameof(options));
        ArgumentOutOfRangeException.ThrowIfEqual(options.SlidingExpiration <= TimeSpan.Zero, true, nameof(options));
        ArgumentOutOfRangeException.ThrowIfEqual(options.AbsoluteExpiration <= now, true, nameof(options));
        if (options.Tags?.Any(string.IsNullOrEmpty) == true)
        {
            throw new ArgumentException("A tag is empty.", nameof(change));
        }

        var end = options.TimeToLive is { } life ? (life == Timeout.InfiniteTimeSpan ? null : now + life) : options.AbsoluteExpiration;
        var buffer = new ArrayBufferWriter<byte>();
        Serializer.Serialize(change.Value, buffer);
        return new Entry(change.Kind == KvBatch.ChangeKind.Bytes ? buffer.WrittenSpan.ToArray() : change.Value, options.SlidingExpiration, end, [.. (options.Tags ?? []).Distinct()])
        {
            Deadline = options.SlidingExpiration is { } window && !(end < now + window) ? now + window : end,
        };
    }

    private sealed class Data(TimeProvider clock)
    {
        public CancellationTokenSource Changed = new();

        public Lock Lock { get; } = new();

        public TimeProvider Clock { get; } = clock;

        public long Version { get; set; }

        public SortedDictionary<string, Entry> Entries { get; } = new(Comparer<string>.Create(
            (left, right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right))));
    }

    private sealed record Entry(byte[] Value, TimeSpan? Window, DateTimeOffset? Cap, IReadOnlyList<string> Tags)
    {
        public long Version { get; set; }

        public DateTimeOffset? Deadline { get; set; }
    }
}
