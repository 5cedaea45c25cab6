using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Primitives;
using SnapshotKv.Engine;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;
using SnapshotKv.Serialization;

namespace SnapshotKv;

/// <summary>The keyspace of an embedded store, or the partition of it under a prefix.</summary>
/// <remarks>
/// Thread-safe. Reads take no lock, do no I/O and allocate nothing but what they return. Writes wait only for each other, and for the disk when they ask to; what they
/// survive once they have returned is <see cref="SnapshotKvOptions.Durability"/>.
/// </remarks>
public abstract partial class KvKeyspace : KvInMemoryKeyspace, IKvChangeFeed, IKvTransactions
{
    private readonly KvKeyPrefix _prefix;
    private readonly RecordBuilder _builder;
    private readonly KvDurability _durability;

    private protected KvKeyspace(
        StoreEngine engine, SnapshotKvOptions settings, IKvSerializer serializer, KvKeyPrefix prefix, KvEntryOptions defaults, KvDurability durability)
    {
        _durability = Max(durability, defaults.Durability);
        Engine = engine;
        Settings = settings;
        Serializer = serializer;
        _prefix = prefix;
        _builder = new RecordBuilder(settings, engine.Clock, defaults);
    }

    /// <inheritdoc/>
    public sealed override KvFormat Format => Settings.Format;

    /// <inheritdoc/>
    public sealed override IKvSerializer Serializer { get; }

    /// <inheritdoc/>
    public sealed override bool IsReadOnly => Engine.WriteRefusal is not null;

    private protected StoreEngine Engine { get; }

    private protected SnapshotKvOptions Settings { get; }

    /// <inheritdoc/>
    public sealed override bool TryGetBytes(string key, [NotNullWhen(true)] out byte[]? value)
    {
        var record = Read(key);
        if (record.IsNull)
        {
            value = null;
            return false;
        }

        value = CopyBytes(key, record);
        return true;
    }

    /// <inheritdoc/>
    public sealed override bool TryRead(string key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var record = Read(key);
        if (record.IsNull)
        {
            return false;
        }

        destination.Write(ByteValue.TryGetBinary(record, out var bytes) ? bytes : DecodeBytes(key, record));
        return true;
    }

    /// <summary>Reads a value of bytes without copying it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">
    /// The bytes as the store has them, or empty when there are none. They never change: setting the key again makes new bytes, and these stay as they
    /// are for as long as the span is held.
    /// </param>
    /// <returns>Whether there is a live entry.</returns>
    /// <remarks>In a JSON store the bytes are kept as text, so they are decoded into an array of their own.</remarks>
    /// <exception cref="KvSerializationException">The entry holds another kind of value than bytes.</exception>
    public bool TryGetSpan(string key, out ReadOnlySpan<byte> value)
    {
        var record = Read(key);
        if (record.IsNull)
        {
            value = default;
            return false;
        }

        if (!ByteValue.TryGetBinary(record, out value))
        {
            value = DecodeBytes(key, record);
        }

        return true;
    }

    /// <summary>Reads a value of bytes into the caller's buffer, without allocating.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Takes the whole value on a hit.</param>
    /// <param name="bytesWritten">The length of the value on a hit, else 0.</param>
    /// <returns>Whether there is a live entry.</returns>
    /// <exception cref="ArgumentException">The value does not fit; nothing is written. The message says how long it is.</exception>
    /// <exception cref="KvSerializationException">The entry holds another kind of value than bytes.</exception>
    public bool TryRead(string key, Span<byte> destination, out int bytesWritten)
    {
        var record = Read(key);
        if (record.IsNull)
        {
            bytesWritten = 0;
            return false;
        }

        var value = ByteValue.TryGetBinary(record, out var bytes) ? bytes : DecodeBytes(key, record);
        bytesWritten = value.Length;
        return value.TryCopyTo(destination)
            ? true
            : throw new ArgumentException($"The value of key '{key}' takes {value.Length} bytes; there is room for {destination.Length}.", nameof(destination));
    }

    /// <inheritdoc/>
    public sealed override bool TryReadEncoded(string key, IBufferWriter<byte> destination, out long version)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var record = Read(key);
        if (record.IsNull)
        {
            version = 0;
            return false;
        }

        destination.Write(record.Value);
        version = Engine.Pipeline.Versions.Of(record);
        return true;
    }

    /// <inheritdoc/>
    public sealed override bool TryGetInfo(string key, out KvEntryInfo info)
    {
        var record = Find(key);
        info = record.IsNull ? default : EntryInfo.Of(record, Engine.Pipeline.Versions.Of(record));
        return !record.IsNull;
    }

    /// <inheritdoc/>
    public sealed override bool TryPeekBytes(string key, [NotNullWhen(true)] out byte[]? value, out KvEntryInfo info)
    {
        var record = Find(key);
        value = record.IsNull ? null : CopyBytes(key, record);
        info = record.IsNull ? default : EntryInfo.Of(record, Engine.Pipeline.Versions.Of(record));
        return value is not null;
    }

    /// <inheritdoc/>
    public sealed override void SetBytes(string key, ReadOnlySpan<byte> value, KvEntryOptions options = default)
    {
        Unsafe.SkipInit(out KvKey.Buffer buffer);
        var utf8 = new KvKey(_prefix, key, ref buffer);
        var record = _builder.Allocate(key, utf8, ByteValue.EncodedLength(Format, value.Length), options, out var target);
        utf8.Return();
        ByteValue.Encode(Format, value, target);
        Engine.Set(record, LevelOf(options));
    }

    /// <inheritdoc/>
    public sealed override void SetBytes(string key, ReadOnlySequence<byte> value, KvEntryOptions options = default) =>
        Engine.Set(ToRecord(key, value, options), LevelOf(options));

    /// <inheritdoc/>
    public sealed override void SetEncoded(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default) =>
        SetTrusted(key, CheckedBytes(key, encoded), options);

    /// <inheritdoc/>
    public sealed override bool Remove(string key)
    {
        Unsafe.SkipInit(out KvKey.Buffer buffer);
        var utf8 = new KvKey(_prefix, key, ref buffer);
        var removed = Engine.Remove(utf8.Bytes, _durability);
        utf8.Return();
        return removed;
    }

    /// <inheritdoc/>
    public sealed override bool Exists(string key) => !Find(key).IsNull;

    /// <inheritdoc/>
    public sealed override bool Refresh(string key) => !Read(key).IsNull;

    /// <inheritdoc/>
    public sealed override KvTimeToLive GetTimeToLive(string key)
    {
        var record = Find(key);
        if (record.IsNull)
        {
            return KvTimeToLive.Missing;
        }

        var deadline = record.Expiry;
        if (deadline == 0)
        {
            return KvTimeToLive.Unlimited;
        }

        // The clock may have reached the deadline since the record was judged; less than a tick is rounded up to one.
        var left = deadline - Engine.Clock.Now;
        return left <= 0 ? KvTimeToLive.Missing : KvTimeToLive.Of(TimeSpan.FromTicks(Math.Max(1, left / KvClock.NanosecondsPerTick)));
    }

    /// <inheritdoc/>
    public sealed override IEnumerable<string> GetKeys(string prefix = "")
    {
        var keys = Engine.Keys(FullPrefix(prefix));
        var skip = _prefix.Bytes.Length;
        return keys.Select(key => Encoding.UTF8.GetString(key.AsSpan(skip)));
    }

    /// <inheritdoc/>
    public sealed override long Count(string prefix = "") => Engine.Count(FullPrefix(prefix));

    /// <inheritdoc/>
    public sealed override long RemoveByPrefix(string prefix) => Engine.RemoveByPrefix(FullPrefix(prefix), _durability);

    /// <inheritdoc/>
    public sealed override long Clear()
    {
        var count = _prefix.Bytes.Length == 0 ? Engine.Clear(_durability) : Engine.RemoveByPrefix(_prefix.Bytes, _durability);
        ForgetClaims();
        return count;
    }

    /// <inheritdoc/>
    public sealed override long RemoveByTag(string tag) => Engine.RemoveByTag(TagPrefix(tag), _durability);

    /// <inheritdoc/>
    public sealed override IEnumerable<string> GetKeysByTag(string tag)
    {
        var keys = Engine.TaggedKeys(TagPrefix(tag));
        var skip = _prefix.Bytes.Length;
        return keys.Select(key => Encoding.UTF8.GetString(key.AsSpan(skip)));
    }

    /// <inheritdoc/>
    public sealed override KvCommitResult TryCommit(KvBatch batch)
    {
        var (changes, conditions) = ToCommit(batch);
        return ToResult(Engine.Commit(changes, conditions, LevelOf(batch)));
    }

    /// <inheritdoc/>
    public sealed override IChangeToken Watch(string prefix = "") => Engine.Watch(FullPrefix(prefix));

    /// <inheritdoc/>
    public sealed override KvKeyspace GetPartition(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return prefix.Length == 0 ? this : NewPartition(prefix, serializer: null, _builder.Defaults);
    }

    /// <summary>The keys under a prefix as a keyspace of its own, with what its entries have in common.</summary>
    /// <param name="prefix">The prefix, put before every key.</param>
    /// <param name="options">What its entries have in common.</param>
    /// <returns>A view, cheap to make and to keep. Another view of the same prefix has its own options, or this keyspace's.</returns>
    /// <exception cref="ArgumentException">The prefix has an unpaired surrogate; the default entry options have an absolute expiration or a tag that is refused; the serializer has no name of its own.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The default life is not positive.</exception>
    public KvPartition GetPartition(string prefix, KvPartitionOptions options)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentNullException.ThrowIfNull(options);
        var defaults = options.DefaultEntryOptions ?? _builder.Defaults;
        if (defaults.AbsoluteExpiration is not null)
        {
            throw new ArgumentException($"{nameof(KvEntryOptions.AbsoluteExpiration)} is one instant, so it cannot be a default for entries to come; use {nameof(KvEntryOptions.TimeToLive)} or {nameof(KvEntryOptions.SlidingExpiration)}.", nameof(options));
        }

        EntryLife.From(defaults, Engine.Clock);
        return NewPartition(prefix, options.Serializer, defaults, options.Durability);
    }

    /// <summary>Sets a value that this assembly encoded.</summary>
    internal void SetTrusted(string key, ReadOnlySpan<byte> encoded, in KvEntryOptions options)
    {
        Unsafe.SkipInit(out KvKey.Buffer buffer);
        var utf8 = new KvKey(_prefix, key, ref buffer);
        var record = _builder.Allocate(key, utf8, encoded.Length, options, out var target);
        utf8.Return();
        encoded.CopyTo(target);
        Engine.Set(record, LevelOf(options));
    }

    /// <summary>What a write survives: what the store, the partition or the write itself asks for, whichever is most.</summary>
    internal KvDurability LevelOf(in KvEntryOptions options) => Max(_durability, options.Durability);

    /// <inheritdoc cref="LevelOf(in KvEntryOptions)"/>
    internal KvDurability LevelOf(KvBatch batch)
    {
        var level = Max(_durability, batch.Durability);
        foreach (var change in batch.Changes.Values)
        {
            level = Max(level, change.Options.Durability);
        }

        return level;
    }

    /// <exception cref="ArgumentException">An entry cannot have this life or these tags.</exception>
    internal void CheckOptions(in KvEntryOptions options)
    {
        EntryLife.From(options, Engine.Clock);
        TagList.Encode(options.Tags);
    }

    /// <summary>Where values of this keyspace are made, and under what name a key is known there.</summary>
    internal (FlightTable Table, string Name) Flights(string key) => (Engine.Flights, _prefix.Text + key);

    private protected sealed override KvResult<byte[]> ReadBytes(string key)
    {
        var record = Read(key);
        return record.IsNull ? default : new(CopyBytes(key, record), Engine.Pipeline.Versions.Of(record));
    }

    private static KvDurability Max(KvDurability one, KvDurability? other) => other > one ? Checked(other.Value) : one;

    /// <exception cref="ArgumentOutOfRangeException">There is no such level.</exception>
    internal static KvDurability Checked(KvDurability durability) => Enum.IsDefined(durability)
        ? durability
        : throw new ArgumentOutOfRangeException(nameof(durability), durability, "A durability is Snapshot, Process or Disk.");

    /// <summary>The live record of a key.</summary>
    private Record Find(string key)
    {
        Unsafe.SkipInit(out KvKey.Buffer buffer);
        var utf8 = new KvKey(_prefix, key, ref buffer);
        var record = Engine.Find(utf8.Bytes);
        utf8.Return();
        return record;
    }

    /// <summary>The live record of a key, whose sliding expiry, if it has one, is moved.</summary>
    private Record Read(string key)
    {
        Unsafe.SkipInit(out KvKey.Buffer buffer);
        var utf8 = new KvKey(_prefix, key, ref buffer);
        var record = Engine.Read(utf8.Bytes);
        utf8.Return();
        return record;
    }

    private KvPartition NewPartition(string prefix, IKvSerializer? serializer, KvEntryOptions defaults, KvDurability? durability = null)
    {
        var fullPrefix = new KvKeyPrefix(FullPrefix(prefix));
        return new(Engine, Settings, ((StoreSerializer)Serializer).ForPartition(fullPrefix.Text, serializer, Format), fullPrefix, defaults, Max(_durability, durability));
    }

    private byte[] FullPrefix(string prefix) => RecordBuilder.KeyBytes(_prefix, prefix);

    private byte[] TagPrefix(string tag) => TagKey.Create(TagList.EncodeOne(tag), _prefix.Bytes);

    internal static byte[] CopyBytes(string key, Record record) =>
        ByteValue.TryGetBinary(record, out var bytes) ? bytes.ToArray() : DecodeBytes(key, record);

    private static byte[] DecodeBytes(string key, Record record) =>
        ByteValue.TryDecodeJson(record, out var bytes)
            ? bytes
            : throw new KvSerializationException(key, $"holds {EncodedValue.Describe(record.Format, record.Value)}, but bytes were asked for. Read it with TryGet<T> or as untyped value.");
}
