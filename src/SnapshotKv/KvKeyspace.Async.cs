using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using SnapshotKv.Engine;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;
using SnapshotKv.Serialization;

namespace SnapshotKv;

/// <content>The asynchronous writes. Each is in memory before the call returns; its task completes once it is as safe as it is to be, and no thread waits for that.</content>
public abstract partial class KvKeyspace
{
    /// <inheritdoc/>
    public sealed override ValueTask SetBytesAsync(string key, ReadOnlySequence<byte> value, KvEntryOptions options = default, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Engine.SetAsync(ToRecord(key, value, options), LevelOf(options));
    }

    /// <inheritdoc/>
    public sealed override ValueTask SetEncodedAsync(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return SetTrustedAsync(key, CheckedBytes(key, encoded), options);
    }

    /// <inheritdoc/>
    public sealed override ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Engine.RemoveAsync(RecordBuilder.KeyBytes(_prefix, key), _durability);
    }

    /// <inheritdoc/>
    public sealed override ValueTask<long> RemoveByPrefixAsync(string prefix, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Engine.RemoveByPrefixAsync(FullPrefix(prefix), _durability);
    }

    /// <inheritdoc/>
    public sealed override ValueTask<long> RemoveByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Engine.RemoveByTagAsync(TagPrefix(tag), _durability);
    }

    /// <inheritdoc/>
    public sealed override async ValueTask<long> ClearAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var count = _prefix.Bytes.Length == 0
            ? await Engine.ClearAsync(_durability).ConfigureAwait(false)
            : await Engine.RemoveByPrefixAsync(_prefix.Bytes, _durability).ConfigureAwait(false);
        ForgetClaims();
        return count;
    }

    /// <inheritdoc/>
    public sealed override async ValueTask<KvCommitResult> TryCommitAsync(KvBatch batch, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (changes, conditions) = ToCommit(batch);
        return ToResult(await Engine.CommitAsync(changes, conditions, LevelOf(batch)).ConfigureAwait(false));
    }

    /// <summary>Sets a value that this assembly encoded.</summary>
    internal ValueTask SetTrustedAsync(string key, ReadOnlySpan<byte> encoded, in KvEntryOptions options)
    {
        Unsafe.SkipInit(out KvKey.Buffer buffer);
        var utf8 = new KvKey(_prefix, key, ref buffer);
        var record = _builder.Allocate(key, utf8, encoded.Length, options, out var target);
        utf8.Return();
        encoded.CopyTo(target);
        return Engine.SetAsync(record, LevelOf(options));
    }

    /// <summary>Nothing is left that a serializer wrote. One that writes at this very moment claims the prefix again with its next value.</summary>
    private void ForgetClaims() => ((StoreSerializer)Serializer).ForgetClaims(_prefix.Text);

    private Record ToRecord(string key, ReadOnlySequence<byte> value, in KvEntryOptions options)
    {
        _builder.CheckSize(key, value.Length);
        Unsafe.SkipInit(out KvKey.Buffer buffer);
        var utf8 = new KvKey(_prefix, key, ref buffer);
        var record = _builder.Allocate(key, utf8, ByteValue.EncodedLength(Format, (int)value.Length), options, out var target);
        utf8.Return();
        ByteValue.Encode(Format, value, target);
        return record;
    }

    private byte[] CheckedBytes(string key, ReadOnlySequence<byte> encoded)
    {
        _builder.CheckSize(key, encoded.Length);
        var bytes = encoded.ToArray();
        EncodedValue.Check(key, Format, bytes);
        return bytes;
    }

    private (TableChange[] Changes, CommitCondition[] Conditions) ToCommit(KvBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var changes = new TableChange[batch.Count];
        var next = 0;
        foreach (var (key, change) in batch.Changes)
        {
            changes[next++] = _builder.Build(_prefix, key, change);
        }

        var conditions = new CommitCondition[batch.Conditions.Count];
        next = 0;
        foreach (var (key, version) in batch.Conditions)
        {
            conditions[next++] = new(RecordBuilder.KeyBytes(_prefix, key), version);
        }

        return (changes, conditions);
    }

    private KvCommitResult ToResult(in CommitOutcome outcome) => new()
    {
        Version = (long)outcome.Sequence,
        RemovedCount = checked((int)outcome.Removed),
        ConflictingKey = outcome.Conflict is null ? null : Encoding.UTF8.GetString(outcome.Conflict.AsSpan(_prefix.Bytes.Length)),
    };
}
