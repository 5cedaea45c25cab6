using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Configuration;

/// <summary>
/// A store without any capability, over one in memory. Change tokens fire at once, on the thread that changes something, so that a test knows when they have; and each operation can
/// be made to throw.
/// </summary>
internal class StoreDouble : IKvStore
{
    private readonly Lock _lock = new();
    private CancellationTokenSource _changed = new();

    public StoreDouble(KvFormat format = KvFormat.MessagePack)
        : this(KvStore.Open(new SnapshotKvOptions { Format = format, TimeProvider = new ManualTimeProvider() }))
    {
    }

    /// <summary>Before a store that somebody else has opened.</summary>
    public StoreDouble(KvStore inner)
    {
        Inner = inner;
        IsReadOnly = inner.IsReadOnly;
    }

    public KvStore Inner { get; }

    /// <summary>Gives, for the name of an operation, what it is to throw.</summary>
    public Func<string, Exception?> Fault { get; set; } = static _ => null;

    /// <summary>Runs in the middle of a batch, before it is committed.</summary>
    public Action BeforeCommit { get; set; } = static () => { };

    /// <summary>Runs after each value that is read.</summary>
    public Action<string> AfterRead { get; set; } = static _ => { };

    public int Commits { get; private set; }

    public KvFormat Format => Inner.Format;

    public IKvSerializer Serializer => Inner.Serializer;

    /// <summary>Whether it takes no commits. What it stands before can still change.</summary>
    public bool IsReadOnly { get; init; }

    public bool TryGetBytes(string key, [NotNullWhen(true)] out byte[]? value) => Checked(nameof(TryGetBytes)).TryGetBytes(key, out value);

    public bool TryPeekBytes(string key, [NotNullWhen(true)] out byte[]? value, out KvEntryInfo info) => Checked(nameof(TryPeekBytes)).TryPeekBytes(key, out value, out info);

    public bool TryGetBytes(string key, [NotNullWhen(true)] out byte[]? value, out long version) => Checked(nameof(TryGetBytes)).TryGetBytes(key, out value, out version);

    public bool TryRead(string key, IBufferWriter<byte> destination) => Checked(nameof(TryRead)).TryRead(key, destination);

    public bool TryReadEncoded(string key, IBufferWriter<byte> destination, out long version)
    {
        var isThere = Checked(nameof(TryReadEncoded)).TryReadEncoded(key, destination, out version);
        AfterRead(key);
        return isThere;
    }

    public bool TryGetInfo(string key, out KvEntryInfo info) => Checked(nameof(TryGetInfo)).TryGetInfo(key, out info);

    public void SetBytes(string key, ReadOnlySpan<byte> value, KvEntryOptions options = default)
    {
        Checked(nameof(SetBytes)).SetBytes(key, value, options);
        Fire();
    }

    public void SetBytes(string key, ReadOnlySequence<byte> value, KvEntryOptions options = default) => SetBytes(key, value.ToArray(), options);

    public void SetEncoded(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default)
    {
        Checked(nameof(SetEncoded)).SetEncoded(key, encoded, options);
        Fire();
    }

    public bool Remove(string key)
    {
        var removed = Checked(nameof(Remove)).Remove(key);
        Fire();
        return removed;
    }

    public bool Exists(string key) => Checked(nameof(Exists)).Exists(key);

    public bool Refresh(string key) => Checked(nameof(Refresh)).Refresh(key);

    public KvTimeToLive GetTimeToLive(string key) => Checked(nameof(GetTimeToLive)).GetTimeToLive(key);

    public IEnumerable<string> GetKeys(string prefix = "") => Checked(nameof(GetKeys)).GetKeys(prefix);

    public long Count(string prefix = "") => Checked(nameof(Count)).Count(prefix);

    public long RemoveByPrefix(string prefix)
    {
        var removed = Checked(nameof(RemoveByPrefix)).RemoveByPrefix(prefix);
        Fire();
        return removed;
    }

    public long RemoveByTag(string tag) => Checked(nameof(RemoveByTag)).RemoveByTag(tag);

    public IEnumerable<string> GetKeysByTag(string tag) => Checked(nameof(GetKeysByTag)).GetKeysByTag(tag);

    public long Clear() => RemoveByPrefix(string.Empty);

    public KvCommitResult TryCommit(KvBatch batch)
    {
        if (IsReadOnly)
        {
            throw new NotSupportedException("It can only be read.");
        }

        if (batch.Count == 0)
        {
            return Checked(nameof(TryCommit)).TryCommit(batch);
        }

        BeforeCommit();
        Commits++;
        var result = Checked(nameof(TryCommit)).TryCommit(batch);
        Fire();
        return result;
    }

    public virtual IChangeToken Watch(string prefix = "")
    {
        Checked(nameof(Watch));
        lock (_lock)
        {
            return new CancellationChangeToken(_changed.Token);
        }
    }

    public IKvStore GetPartition(string prefix) => Checked(nameof(GetPartition)).GetPartition(prefix);

    public ValueTask<KvResult<byte[]>> GetBytesAsync(string key, CancellationToken cancellationToken = default) => Inner.GetBytesAsync(key, cancellationToken);

    public ValueTask<bool> TryReadAsync(string key, IBufferWriter<byte> destination, CancellationToken cancellationToken = default) =>
        Inner.TryReadAsync(key, destination, cancellationToken);

    public ValueTask<long> ReadEncodedAsync(string key, IBufferWriter<byte> destination, CancellationToken cancellationToken = default) =>
        Inner.ReadEncodedAsync(key, destination, cancellationToken);

    public ValueTask SetBytesAsync(string key, ReadOnlySequence<byte> value, KvEntryOptions options = default, CancellationToken cancellationToken = default) =>
        Inner.SetBytesAsync(key, value, options, cancellationToken);

    public ValueTask SetEncodedAsync(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default, CancellationToken cancellationToken = default) =>
        Inner.SetEncodedAsync(key, encoded, options, cancellationToken);

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default) => Inner.RemoveAsync(key, cancellationToken);

    public ValueTask<bool> ExistsAsync(string key, CancellationToken cancellationToken = default) => Inner.ExistsAsync(key, cancellationToken);

    public ValueTask<bool> RefreshAsync(string key, CancellationToken cancellationToken = default) => Inner.RefreshAsync(key, cancellationToken);

    public ValueTask<KvTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken = default) => Inner.GetTimeToLiveAsync(key, cancellationToken);

    public ValueTask<long> CountAsync(string prefix = "", CancellationToken cancellationToken = default) => Inner.CountAsync(prefix, cancellationToken);

    public ValueTask<long> RemoveByPrefixAsync(string prefix, CancellationToken cancellationToken = default) => Inner.RemoveByPrefixAsync(prefix, cancellationToken);

    public ValueTask<long> ClearAsync(CancellationToken cancellationToken = default) => Inner.ClearAsync(cancellationToken);

    /// <summary>Unlike the engine's: off the caller's thread, so that nothing may count on an answer at once.</summary>
    public async ValueTask<KvCommitResult> TryCommitAsync(KvBatch batch, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        return Checked(nameof(TryCommitAsync)) is not null ? TryCommit(batch) : default;
    }

    public ValueTask<long> RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) => Inner.RemoveByTagAsync(tag, cancellationToken);

    public IAsyncEnumerable<string> GetKeysAsync(string prefix = "") => Inner.GetKeysAsync(prefix);

    protected KvStore Checked(string operation) => Fault(operation) is { } fault ? throw fault : Inner;

    private void Fire()
    {
        CancellationTokenSource changed;
        lock (_lock)
        {
            changed = _changed;
            _changed = new CancellationTokenSource();
        }

        changed.Cancel();
    }
}
