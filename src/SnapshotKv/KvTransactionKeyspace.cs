using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.Primitives;
using SnapshotKv.Engine;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv;

/// <summary>The keyspace that a transaction of an embedded store sees, or the partition of it under a prefix.</summary>
/// <remarks>For one thread at a time. Keys and scans are read when they are asked for, as a list: they are one point in time, the transaction's start.</remarks>
public abstract partial class KvTransactionKeyspace : KvInMemoryKeyspace
{
    private readonly TransactionScope _scope;
    private readonly KvKeyspace _origin;
    private readonly KvKeyPrefix _prefix;
    private readonly RecordBuilder _builder;

    private protected KvTransactionKeyspace(TransactionScope scope, KvKeyspace origin, KvKeyPrefix prefix, RecordBuilder builder)
    {
        _scope = scope;
        _origin = origin;
        _prefix = prefix;
        _builder = builder;
    }

    /// <inheritdoc/>
    public sealed override KvFormat Format => _origin.Format;

    /// <inheritdoc/>
    public sealed override IKvSerializer Serializer => _origin.Serializer;

    /// <inheritdoc/>
    public sealed override bool IsReadOnly => _origin.IsReadOnly;

    private protected TransactionScope Scope => _scope;

    /// <inheritdoc/>
    public sealed override bool TryGetBytes(string key, [NotNullWhen(true)] out byte[]? value)
    {
        var record = Read(key, out _);
        value = record.IsNull ? null : KvKeyspace.CopyBytes(key, record);
        return !record.IsNull;
    }

    /// <inheritdoc/>
    public sealed override bool TryRead(string key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var record = Read(key, out _);
        if (!record.IsNull)
        {
            destination.Write(KvKeyspace.CopyBytes(key, record));
        }

        return !record.IsNull;
    }

    /// <inheritdoc/>
    public sealed override bool TryReadEncoded(string key, IBufferWriter<byte> destination, out long version)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var record = Read(key, out version);
        if (!record.IsNull)
        {
            destination.Write(record.Value);
        }

        return !record.IsNull;
    }

    /// <inheritdoc/>
    public sealed override bool TryGetInfo(string key, out KvEntryInfo info) => !Find(key, out info).IsNull;

    /// <inheritdoc/>
    public sealed override bool TryPeekBytes(string key, [NotNullWhen(true)] out byte[]? value, out KvEntryInfo info)
    {
        var record = Find(key, out info);
        value = record.IsNull ? null : KvKeyspace.CopyBytes(key, record);
        return value is not null;
    }

    /// <inheritdoc/>
    public sealed override void SetBytes(string key, ReadOnlySpan<byte> value, KvEntryOptions options = default) =>
        Put(key, new KvBatch.Change(KvBatch.ChangeKind.Bytes, value.ToArray(), options));

    /// <inheritdoc/>
    public sealed override void SetBytes(string key, ReadOnlySequence<byte> value, KvEntryOptions options = default)
    {
        _builder.CheckSize(key, value.Length);
        Put(key, new KvBatch.Change(KvBatch.ChangeKind.Bytes, value.ToArray(), options));
    }

    /// <inheritdoc/>
    public sealed override void SetEncoded(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default)
    {
        _builder.CheckSize(key, encoded.Length);
        Put(key, new KvBatch.Change(KvBatch.ChangeKind.Encoded, encoded.ToArray(), options));
    }

    /// <inheritdoc/>
    public sealed override bool Remove(string key)
    {
        var bytes = KeyBytes(key);
        using var turn = _scope.Enter();
        var isThere = !_scope.View.Find(bytes).IsNull;
        _scope.Raise(_origin.LevelOf(default(KvEntryOptions)));
        _scope.View.Remove(bytes);
        return isThere;
    }

    /// <inheritdoc/>
    public sealed override bool Exists(string key) => !Find(key).IsNull;

    /// <inheritdoc/>
    public sealed override bool Refresh(string key) => !Read(key, out _).IsNull;

    /// <inheritdoc/>
    public sealed override KvTimeToLive GetTimeToLive(string key)
    {
        var record = Find(key);
        return record.IsNull ? KvTimeToLive.Missing
            : _scope.View.TimeLeft(record) is not 0 and var left ? KvTimeToLive.Of(TimeSpan.FromTicks(Math.Max(1, left / KvClock.NanosecondsPerTick)))
            : KvTimeToLive.Unlimited;
    }

    /// <inheritdoc/>
    public sealed override IEnumerable<string> GetKeys(string prefix = "") => Keys(prefix).ConvertAll(ToKey);

    /// <inheritdoc/>
    public sealed override long Count(string prefix = "") => Keys(prefix).Count;

    /// <inheritdoc/>
    public sealed override IEnumerable<string> GetKeysByTag(string tag)
    {
        var bytes = TagList.EncodeOne(tag);
        using var turn = _scope.Enter();
        return _scope.View.TaggedKeys(bytes, _prefix.Bytes).ConvertAll(ToKey);
    }

    /// <inheritdoc/>
    public sealed override long RemoveByPrefix(string prefix)
    {
        var bytes = KeyBytes(prefix);
        using var turn = _scope.Enter();
        return RemoveAll(_scope.View.Keys(bytes));
    }

    /// <inheritdoc/>
    public sealed override long RemoveByTag(string tag)
    {
        var bytes = TagList.EncodeOne(tag);
        using var turn = _scope.Enter();
        return RemoveAll(_scope.View.TaggedKeys(bytes, _prefix.Bytes));
    }

    /// <inheritdoc/>
    public sealed override long Clear()
    {
        using var turn = _scope.Enter();
        if (_prefix.Bytes.Length > 0)
        {
            return RemoveAll(_scope.View.Keys(_prefix.Bytes));
        }

        _scope.Raise(_origin.LevelOf(default(KvEntryOptions)));
        return _scope.View.Clear();
    }

    /// <summary>Makes the changes of a batch part of this transaction, if all its conditions hold in what the transaction sees.</summary>
    /// <inheritdoc cref="IKvStore.TryCommit"/>
    public sealed override KvCommitResult TryCommit(KvBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var changes = batch.Changes.Select(change => (change.Key, Change: _builder.Build(_prefix, change.Key, change.Value), Options: _builder.LifeOf(change.Value.Options))).ToArray();
        using var turn = _scope.Enter();
        foreach (var (key, required) in batch.Conditions)
        {
            var bytes = KeyBytes(key);
            if (_scope.View.VersionOf(bytes, _scope.View.Find(bytes)) != required)
            {
                return new KvCommitResult { ConflictingKey = key };
            }
        }

        // All looked at before any is made, so that a refusal leaves nothing behind.
        for (var i = 0; i < changes.Length; i++)
        {
            ref var change = ref changes[i];
            if (change.Change.Update != RecordUpdate.All && !_scope.View.TryCompleteUpdate(ref change.Change, out change.Options))
            {
                return new KvCommitResult { ConflictingKey = change.Key };
            }
        }

        _scope.Raise(_origin.LevelOf(batch));
        var version = _scope.View.NextVersion();
        return new KvCommitResult { Version = version, RemovedCount = changes.Sum(change => Apply(change.Change, change.Options, version)) };
    }

    /// <summary>Watches the store, not the transaction: what the transaction changes is told once it is committed.</summary>
    /// <inheritdoc cref="IKvStore.Watch"/>
    public sealed override IChangeToken Watch(string prefix = "")
    {
        using var turn = _scope.Enter();
        return _origin.Watch(prefix);
    }

    /// <inheritdoc/>
    public sealed override KvTransactionKeyspace GetPartition(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        return prefix.Length == 0 ? this : new KvTransactionPartition(_scope, _origin.GetPartition(prefix), new KvKeyPrefix(KeyBytes(prefix)), _builder);
    }

    /// <summary>The keys under a prefix as a keyspace of its own within the transaction, with what its entries have in common.</summary>
    /// <inheritdoc cref="KvKeyspace.GetPartition(string, KvPartitionOptions)"/>
    public KvTransactionKeyspace GetPartition(string prefix, KvPartitionOptions options)
    {
        var origin = _origin.GetPartition(prefix, options);
        return new KvTransactionPartition(_scope, origin, new KvKeyPrefix(KeyBytes(prefix)), origin.BuilderStandingAt(_scope.Now));
    }

    /// <summary>Where values of this keyspace are made, and under what name a key is known there.</summary>
    internal (FlightTable Table, string Name) Flights(string key) => (_scope.Flights, _prefix.Text + key);

    private protected sealed override KvResult<byte[]> ReadBytes(string key)
    {
        var record = Read(key, out var version);
        return record.IsNull ? default : new(KvKeyspace.CopyBytes(key, record), version);
    }

    private int Apply(in TableChange change, in KvEntryOptions options, long version)
    {
        if (!change.After.IsNull)
        {
            _scope.View.Put(change.After, options, version);
            return 0;
        }

        var key = change.Key.ToArray();
        var removed = _scope.View.Find(key).IsNull ? 0 : 1;
        _scope.View.Remove(key);
        return removed;
    }

    private void Put(string key, in KvBatch.Change change)
    {
        var built = _builder.Build(_prefix, key, change);
        using var turn = _scope.Enter();
        _scope.Raise(_origin.LevelOf(change.Options));
        _scope.View.Put(built.After, _builder.LifeOf(change.Options), _scope.View.NextVersion());
    }

    private Record Find(string key)
    {
        Unsafe.SkipInit(out KvKey.Buffer buffer);
        var utf8 = new KvKey(_prefix, key, ref buffer);
        using var turn = _scope.Enter();
        var record = _scope.View.Find(utf8.Bytes);
        utf8.Return();
        return record;
    }

    private Record Find(string key, out KvEntryInfo info)
    {
        var bytes = KeyBytes(key);
        using var turn = _scope.Enter();
        var record = _scope.View.Find(bytes);
        info = record.IsNull ? default : EntryInfo.Of(record, _scope.View.VersionOf(bytes, record));
        return record;
    }

    private Record Read(string key, out long version)
    {
        Unsafe.SkipInit(out KvKey.Buffer buffer);
        var utf8 = new KvKey(_prefix, key, ref buffer);
        using var turn = _scope.Enter();
        var record = _scope.View.Read(utf8.Bytes);
        version = _scope.View.VersionOf(utf8.Bytes, record);
        utf8.Return();
        return record;
    }

    private List<byte[]> Keys(string prefix)
    {
        var bytes = KeyBytes(prefix);
        using var turn = _scope.Enter();
        return _scope.View.Keys(bytes);
    }

    private int RemoveAll(List<byte[]> keys)
    {
        _scope.Raise(_origin.LevelOf(default(KvEntryOptions)));
        foreach (var key in keys)
        {
            _scope.View.Remove(key);
        }

        return keys.Count;
    }

    private byte[] KeyBytes(string key) => RecordBuilder.KeyBytes(_prefix, key);

    private string ToKey(byte[] key) => Encoding.UTF8.GetString(key.AsSpan(_prefix.Bytes.Length));
}
