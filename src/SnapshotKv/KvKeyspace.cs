using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using SnapshotKv.Engine;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;
using SnapshotKv.Serialization;

namespace SnapshotKv;

/// <summary>The keyspace of an embedded store, or the partition of it under a prefix.</summary>
/// <remarks>
/// Thread-safe. Reads take no lock, do no I/O and allocate nothing but what they return. Writes wait only for each other; they are in memory
/// when the call returns, and on disk with the next snapshot.
/// </remarks>
public abstract partial class KvKeyspace : IKvStore
{
    private readonly KvKeyPrefix _prefix;

    private protected KvKeyspace(StoreEngine engine, SnapshotKvOptions settings, IKvSerializer serializer, KvKeyPrefix prefix)
    {
        Engine = engine;
        Settings = settings;
        Serializer = serializer;
        _prefix = prefix;
    }

    /// <inheritdoc/>
    public KvFormat Format => Settings.Format;

    /// <inheritdoc/>
    public IKvSerializer Serializer { get; }

    private protected StoreEngine Engine { get; }

    private protected SnapshotKvOptions Settings { get; }

    /// <inheritdoc/>
    public bool TryGetBytes(string key, [NotNullWhen(true)] out byte[]? value)
    {
        var record = Read(key);
        if (record.IsNull)
        {
            value = null;
            return false;
        }

        if (ByteValue.TryGetBinary(record, out var bytes))
        {
            value = bytes.ToArray();
            return true;
        }

        value = DecodeBytes(key, record);
        return true;
    }

    /// <inheritdoc/>
    public bool TryRead(string key, IBufferWriter<byte> destination)
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
    public bool TryReadEncoded(string key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var record = Read(key);
        if (record.IsNull)
        {
            return false;
        }

        destination.Write(record.Value);
        return true;
    }

    /// <inheritdoc/>
    public void SetBytes(string key, ReadOnlySpan<byte> value, KvEntryOptions options = default)
    {
        Unsafe.SkipInit(out KvKey.Buffer buffer);
        var utf8 = new KvKey(_prefix, key, ref buffer);
        var record = Allocate(key, utf8, ByteValue.EncodedLength(Format, value.Length), options, out var target);
        utf8.Return();
        ByteValue.Encode(Format, value, target);
        Engine.Set(record);
    }

    /// <inheritdoc/>
    public void SetBytes(string key, ReadOnlySequence<byte> value, KvEntryOptions options = default)
    {
        CheckSize(key, value.Length);
        Unsafe.SkipInit(out KvKey.Buffer buffer);
        var utf8 = new KvKey(_prefix, key, ref buffer);
        var record = Allocate(key, utf8, ByteValue.EncodedLength(Format, (int)value.Length), options, out var target);
        utf8.Return();
        ByteValue.Encode(Format, value, target);
        Engine.Set(record);
    }

    /// <inheritdoc/>
    public void SetEncoded(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default)
    {
        CheckSize(key, encoded.Length);
        var bytes = encoded.ToArray();
        EncodedValue.Check(key, Format, bytes);
        SetTrusted(key, bytes, options);
    }

    /// <inheritdoc/>
    public bool Remove(string key)
    {
        Unsafe.SkipInit(out KvKey.Buffer buffer);
        var utf8 = new KvKey(_prefix, key, ref buffer);
        var removed = Engine.Remove(utf8.Bytes);
        utf8.Return();
        return removed;
    }

    /// <inheritdoc/>
    public bool Exists(string key) => !Find(key).IsNull;

    /// <inheritdoc/>
    public bool Refresh(string key) => !Read(key).IsNull;

    /// <inheritdoc/>
    public KvTimeToLive GetTimeToLive(string key)
    {
        var record = Find(key);
        if (record.IsNull)
        {
            return KvTimeToLive.Missing;
        }

        var deadline = record.Deadline;
        if (deadline == 0)
        {
            return KvTimeToLive.Unlimited;
        }

        // The clock may have reached the deadline since the record was judged; less than a tick is rounded up to one.
        var left = deadline - Engine.Clock.Now;
        return left <= 0 ? KvTimeToLive.Missing : KvTimeToLive.Of(TimeSpan.FromTicks(Math.Max(1, left / KvClock.NanosecondsPerTick)));
    }

    /// <inheritdoc/>
    public IEnumerable<string> GetKeys(string prefix = "")
    {
        var keys = Engine.Keys(FullPrefix(prefix));
        var skip = _prefix.Bytes.Length;
        return keys.Select(key => Encoding.UTF8.GetString(key.AsSpan(skip)));
    }

    /// <inheritdoc/>
    public long Count(string prefix = "") => Engine.Count(FullPrefix(prefix));

    /// <inheritdoc/>
    public long RemoveByPrefix(string prefix) => Engine.RemoveByPrefix(FullPrefix(prefix));

    /// <inheritdoc/>
    public long Clear() => _prefix.Bytes.Length == 0 ? Engine.Clear() : Engine.RemoveByPrefix(_prefix.Bytes);

    /// <inheritdoc/>
    public void Commit(KvBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Count == 0)
        {
            Engine.ThrowIfClosed();
            return;
        }

        var changes = new TableChange[batch.Count];
        var next = 0;
        foreach (var (key, change) in batch.Changes)
        {
            changes[next++] = Encode(key, change);
        }

        Engine.Apply(changes);
    }

    /// <inheritdoc/>
    public IKvStore GetPartition(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        if (prefix.Length == 0)
        {
            return this;
        }

        var fullPrefix = FullPrefix(prefix);
        var serializer = ((StoreSerializer)Serializer).InheritTo(Encoding.UTF8.GetString(fullPrefix));
        return new KvPartition(Engine, Settings, serializer, new KvKeyPrefix(fullPrefix));
    }

    /// <summary>Sets a value that this assembly encoded.</summary>
    internal void SetTrusted(string key, ReadOnlySpan<byte> encoded, in KvEntryOptions options)
    {
        Unsafe.SkipInit(out KvKey.Buffer buffer);
        var utf8 = new KvKey(_prefix, key, ref buffer);
        var record = Allocate(key, utf8, encoded.Length, options, out var target);
        utf8.Return();
        encoded.CopyTo(target);
        Engine.Set(record);
    }

    private TableChange Encode(string key, KvBatch.Change change)
    {
        Unsafe.SkipInit(out KvKey.Buffer buffer);
        var utf8 = new KvKey(_prefix, key, ref buffer);
        var encoded = Encode(key, utf8, change);
        utf8.Return();
        return encoded;
    }

    private TableChange Encode(string key, scoped in KvKey utf8, KvBatch.Change change)
    {
        switch (change.Kind)
        {
            case KvBatch.ChangeKind.Remove:
                return new(utf8.Bytes.ToArray());
            case KvBatch.ChangeKind.Bytes:
                var record = Allocate(key, utf8, ByteValue.EncodedLength(Format, change.Value.Length), change.Options, out var target);
                ByteValue.Encode(Format, change.Value, target);
                return new(record);
            default:
                EncodedValue.Check(key, Format, change.Value);
                record = Allocate(key, utf8, change.Value.Length, change.Options, out target);
                change.Value.CopyTo(target);
                return new(record);
        }
    }

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

    private Record Allocate(string key, scoped in KvKey utf8, int valueLength, scoped in KvEntryOptions options, out Span<byte> value)
    {
        utf8.CheckLength(key);
        CheckSize(key, valueLength);
        var life = EntryLife.From(options, Engine.Clock);
        var parts = new RecordParts
        {
            Key = utf8.Bytes,
            Deadline = life.Deadline,
            SlidingWindow = life.SlidingWindow,
            Cap = life.Cap,
            Flags = Format == KvFormat.Json ? RecordFlags.Json : RecordFlags.None,
        };
        return Record.Allocate(parts, valueLength, out value);
    }

    [SuppressMessage("Usage", "CA2208:Instantiate argument exceptions correctly", Justification = "The caller's parameter is called value.")]
    private void CheckSize(string key, long length)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (length > Settings.MaxValueBytes)
        {
            throw new ArgumentOutOfRangeException(
                "value",
                length,
                $"The value of key '{key}' takes {length} bytes encoded; {nameof(SnapshotKvOptions.MaxValueBytes)} allows {Settings.MaxValueBytes}. Raise it, or keep the value in a file of your own and its name here.");
        }
    }

    private byte[] FullPrefix(string prefix)
    {
        Unsafe.SkipInit(out KvKey.Buffer buffer);
        var utf8 = new KvKey(_prefix, prefix, ref buffer);
        var bytes = utf8.Bytes.ToArray();
        utf8.Return();
        return bytes;
    }

    private static byte[] DecodeBytes(string key, Record record) =>
        ByteValue.TryDecodeJson(record, out var bytes)
            ? bytes
            : throw new KvSerializationException(key, $"holds {EncodedValue.Describe(record.Format, record.Value)}, but bytes were asked for. Read it with TryGet<T> or as untyped value.");
}
