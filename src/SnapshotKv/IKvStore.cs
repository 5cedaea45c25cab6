using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;

namespace SnapshotKv;

/// <summary>
/// The keyspace of a store, or the part of it under a prefix: keys are strings, values are bytes. Typed, untyped and bulk operations are
/// extension methods over these primitives (<see cref="KvStoreExtensions"/>).
/// </summary>
/// <remarks>
/// <para>Thread-safe. Keys are compared exactly, by their UTF-8 bytes; they may be empty and take up to 65,535 bytes with their prefix. Setting a longer one,
/// and any use of one with an unpaired surrogate, is refused with an <see cref="ArgumentException"/>.</para>
/// <para>A missing key and an expired one are the same: <c>false</c>, <c>null</c> or 0, never an exception. Reads of a value move a sliding
/// expiry; <see cref="TryPeekBytes"/>, <see cref="Exists"/>, <see cref="GetTimeToLive"/>, <see cref="GetKeys"/> and <see cref="Count"/> do not.</para>
/// <para>The instance does not own the store: it is not disposable, and every member throws <see cref="ObjectDisposedException"/> once the store
/// was disposed.</para>
/// </remarks>
public interface IKvStore
{
    /// <summary>The format that values are kept in.</summary>
    KvFormat Format { get; }

    /// <summary>What typed values are written and read with.</summary>
    IKvSerializer Serializer { get; }

    /// <summary>
    /// Whether nothing can be written here: the store follows another one, or is a view of a snapshot, or this is a partition or a transaction of either. What would change something throws
    /// <see cref="NotSupportedException"/> then, and so does a batch of nothing; what is set in a transaction is refused by its commit at the latest.
    /// </summary>
    /// <value>The same for as long as the instance lives. A store that stands before another one gives what that one gives.</value>
    /// <remarks>Not changing is something else: the store that is followed goes on being written to.</remarks>
    bool IsReadOnly { get; }

    /// <summary>Reads a value of bytes into an array of its own.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">A fresh copy of the bytes, which may be empty; null when there is none.</param>
    /// <returns>Whether there is a live entry.</returns>
    /// <exception cref="KvSerializationException">The entry holds another kind of value than bytes.</exception>
    bool TryGetBytes(string key, [NotNullWhen(true)] out byte[]? value);

    /// <summary>Reads a value of bytes into an array of its own, with the version that it has.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">A fresh copy of the bytes, which may be empty; null when there is none.</param>
    /// <param name="version">The number of the commit that changed the entry last, at least 1; 0 on a miss. See <see cref="KvBatch.RequireVersion"/>.</param>
    /// <returns>Whether there is a live entry.</returns>
    /// <exception cref="KvSerializationException">The entry holds another kind of value than bytes.</exception>
    bool TryGetBytes(string key, [NotNullWhen(true)] out byte[]? value, out long version);

    /// <summary>Reads a value of bytes into a buffer writer, without allocating.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Takes the whole value on a hit, and is not touched on a miss.</param>
    /// <returns>Whether there is a live entry.</returns>
    /// <exception cref="KvSerializationException">The entry holds another kind of value than bytes.</exception>
    bool TryRead(string key, IBufferWriter<byte> destination);

    /// <summary>Reads a value of any kind as it is kept: one value in the store's <see cref="Format"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Takes the whole value on a hit, and is not touched on a miss.</param>
    /// <param name="version">The number of the commit that changed the entry last, at least 1; 0 on a miss. See <see cref="KvBatch.RequireVersion"/>.</param>
    /// <returns>Whether there is a live entry.</returns>
    bool TryReadEncoded(string key, IBufferWriter<byte> destination, out long version);

    /// <summary>What the store knows of an entry beside its value. A sliding expiry does not move.</summary>
    /// <param name="key">The key.</param>
    /// <param name="info">Version, expiry, tags and size; meaningless when there is no live entry.</param>
    /// <returns>Whether there is a live entry.</returns>
    bool TryGetInfo(string key, out KvEntryInfo info);

    /// <summary>Looks at a value of bytes, and at what the store knows of its entry beside it. A sliding expiry does not move.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">A fresh copy of the bytes, which may be empty; null when there is none.</param>
    /// <param name="info">Version, expiry, tags and size of the same entry; meaningless when there is no live entry.</param>
    /// <returns>Whether there is a live entry.</returns>
    /// <exception cref="KvSerializationException">The entry holds another kind of value than bytes.</exception>
    bool TryPeekBytes(string key, [NotNullWhen(true)] out byte[]? value, out KvEntryInfo info);

    /// <summary>Sets a value of bytes, replacing value, expiry, tags and blob of the key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes, copied before the call returns.</param>
    /// <param name="options">How long the entry lives, and its tags; default: for ever, none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The life is not positive, already over, or ends after 2262-04-11; or the value is larger than the store accepts.</exception>
    void SetBytes(string key, ReadOnlySpan<byte> value, KvEntryOptions options = default);

    /// <inheritdoc cref="SetBytes(string, ReadOnlySpan{byte}, KvEntryOptions)"/>
    /// <exception cref="ArgumentNullException"><paramref name="value"/> is null, which is not the same as empty.</exception>
    void SetBytes(string key, byte[] value, KvEntryOptions options = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        SetBytes(key, value.AsSpan(), options);
    }

    /// <inheritdoc cref="SetBytes(string, ReadOnlySpan{byte}, KvEntryOptions)"/>
    void SetBytes(string key, ReadOnlySequence<byte> value, KvEntryOptions options = default);

    /// <summary>Sets a value that is encoded already, replacing value, expiry, tags and blob of the key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="encoded">Exactly one value in the store's <see cref="Format"/>, copied before the call returns.</param>
    /// <param name="options">How long the entry lives, and its tags; default: for ever, none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The life is not positive, already over, or ends after 2262-04-11; or the value is larger than the store accepts.</exception>
    /// <exception cref="KvSerializationException">The bytes are not exactly one well-formed value.</exception>
    void SetEncoded(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default);

    /// <summary>Removes a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether there was a live entry.</returns>
    bool Remove(string key);

    /// <summary>Whether a key has a live entry.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether there is a live entry.</returns>
    bool Exists(string key);

    /// <summary>Moves a sliding expiry as a read does, without reading. Without a sliding expiry nothing changes.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether there is a live entry.</returns>
    bool Refresh(string key);

    /// <summary>How long an entry has to live.</summary>
    /// <param name="key">The key.</param>
    /// <returns>No such key, no expiry, or the time that remains.</returns>
    KvTimeToLive GetTimeToLive(string key);

    /// <summary>The live keys that begin with a prefix, in the order of their UTF-8 bytes.</summary>
    /// <param name="prefix">The prefix; empty for all.</param>
    /// <returns>
    /// Read in runs while it is enumerated, so the loop may call the store and may stop early. Each key was live while the enumeration ran; the whole
    /// is not one point in time, and a key that was removed a moment ago may still come.
    /// </returns>
    /// <remarks>O(log n + hits). The first prefix call of a store builds the ordered index, O(n log n), without holding up writers.</remarks>
    IEnumerable<string> GetKeys(string prefix = "");

    /// <summary>How many live keys begin with a prefix.</summary>
    /// <param name="prefix">The prefix; empty for all.</param>
    /// <returns>The number of keys.</returns>
    /// <remarks>O(log n + hits).</remarks>
    long Count(string prefix = "");

    /// <summary>Removes all keys that begin with a prefix, as one commit. Keys that are not UTF-8 begin with none; only <see cref="Clear"/> removes them.</summary>
    /// <param name="prefix">The prefix; empty for all.</param>
    /// <returns>How many live entries were removed.</returns>
    /// <remarks>Writers wait while it is carried out: O(log n + hits).</remarks>
    long RemoveByPrefix(string prefix);

    /// <summary>Removes all entries that have a tag, as one commit.</summary>
    /// <param name="tag">The tag, compared exactly.</param>
    /// <returns>How many live entries were removed.</returns>
    /// <remarks>
    /// O(log n + hits); in a partition only its own entries count, and only they cost. The first tag call of a store builds the index of tags, O(n),
    /// without holding up writers. Keys that are not UTF-8 are passed over.
    /// </remarks>
    /// <exception cref="ArgumentException">The tag is empty, longer than 1,024 bytes of UTF-8, or has an unpaired surrogate.</exception>
    long RemoveByTag(string tag);

    /// <summary>The live keys of entries that have a tag, in the order of their UTF-8 bytes. Read as <see cref="GetKeys"/> reads.</summary>
    /// <param name="tag">The tag, compared exactly.</param>
    /// <returns>The keys, read in runs while it is enumerated.</returns>
    /// <exception cref="ArgumentException">The tag is empty, longer than 1,024 bytes of UTF-8, or has an unpaired surrogate.</exception>
    IEnumerable<string> GetKeysByTag(string tag);

    /// <summary>Removes everything, as one commit.</summary>
    /// <returns>How many live entries were removed.</returns>
    long Clear();

    /// <summary>
    /// Carries out all changes of a batch as one commit, if all its conditions hold: a reader that has seen one of the changes sees all of them. See also
    /// <see cref="KvStoreExtensions.Commit"/>.
    /// </summary>
    /// <param name="batch">The changes and conditions; it can be used again.</param>
    /// <returns>Whether it was carried out, and under which number; or the key whose condition did not hold, and then nothing was changed.</returns>
    /// <exception cref="ArgumentException">A key of the batch is too long or has an unpaired surrogate, or a tag is refused; nothing was changed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A change of the batch has a life or a size that is refused; nothing was changed.</exception>
    /// <exception cref="KvSerializationException">An encoded value of the batch is not exactly one well-formed value; nothing was changed.</exception>
    KvCommitResult TryCommit(KvBatch batch);

    /// <summary>A token that changes with the next commit or expiry that touches a key under a prefix.</summary>
    /// <param name="prefix">The prefix; empty for all.</param>
    /// <returns>
    /// The token, good for one change: <c>ChangeToken.OnChange</c> asks for the next one by itself. Callbacks run in the background, after the change can be read;
    /// what they throw is logged. After disposal of the store it never changes.
    /// </returns>
    IChangeToken Watch(string prefix = "");

    /// <summary>The keys under a prefix as a keyspace of its own, whose keys leave the prefix out.</summary>
    /// <param name="prefix">The prefix, put before every key.</param>
    /// <returns>A view, cheap to make and to keep; both see each other's changes.</returns>
    IKvStore GetPartition(string prefix);

    /// <summary>Reads a value of bytes into an array of its own.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <returns>Whether there was a live entry, and a fresh copy of its bytes.</returns>
    ValueTask<KvResult<byte[]>> GetBytesAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Reads a value of bytes into a buffer writer; see <see cref="TryRead(string, IBufferWriter{byte})"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Takes the whole value on a hit, and is not touched on a miss.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <returns>Whether there is a live entry.</returns>
    ValueTask<bool> TryReadAsync(string key, IBufferWriter<byte> destination, CancellationToken cancellationToken = default);

    /// <summary>Reads a value of any kind as it is kept; see <see cref="TryReadEncoded"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="destination">Takes the whole value on a hit, and is not touched on a miss.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <returns>The number of the commit that changed the entry last, at least 1; 0 when there is no live entry.</returns>
    ValueTask<long> ReadEncodedAsync(string key, IBufferWriter<byte> destination, CancellationToken cancellationToken = default);

    /// <summary>Sets a value of bytes; see <see cref="SetBytes(string, ReadOnlySpan{byte}, KvEntryOptions)"/>. The bytes may be reused once the task has completed.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The bytes.</param>
    /// <param name="options">How long the entry lives, and its tags; default: for ever, none.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <returns>A task that completes when the value is set.</returns>
    ValueTask SetBytesAsync(string key, ReadOnlySequence<byte> value, KvEntryOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Sets a value that is encoded already; see <see cref="SetEncoded"/>. The bytes may be reused once the task has completed.</summary>
    /// <param name="key">The key.</param>
    /// <param name="encoded">Exactly one value in the store's <see cref="Format"/>.</param>
    /// <param name="options">How long the entry lives, and its tags; default: for ever, none.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <returns>A task that completes when the value is set.</returns>
    ValueTask SetEncodedAsync(string key, ReadOnlySequence<byte> encoded, KvEntryOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Removes a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <returns>Whether there was a live entry.</returns>
    ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Whether a key has a live entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <returns>Whether there is a live entry.</returns>
    ValueTask<bool> ExistsAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Moves a sliding expiry as a read does; see <see cref="Refresh"/>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <returns>Whether there is a live entry.</returns>
    ValueTask<bool> RefreshAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>How long an entry has to live.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <returns>No such key, no expiry, or the time that remains.</returns>
    ValueTask<KvTimeToLive> GetTimeToLiveAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>How many live keys begin with a prefix.</summary>
    /// <param name="prefix">The prefix; empty for all.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <returns>The number of keys.</returns>
    ValueTask<long> CountAsync(string prefix = "", CancellationToken cancellationToken = default);

    /// <summary>Removes all live keys that begin with a prefix, as one commit.</summary>
    /// <param name="prefix">The prefix; empty for all.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <returns>How many entries were removed.</returns>
    ValueTask<long> RemoveByPrefixAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>Removes everything, as one commit.</summary>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <returns>How many live entries were removed.</returns>
    ValueTask<long> ClearAsync(CancellationToken cancellationToken = default);

    /// <summary>Carries out a batch as one commit, if all its conditions hold; see <see cref="TryCommit"/>.</summary>
    /// <param name="batch">The changes and conditions; it can be used again.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <returns>Whether it was carried out, and under which number; or the key whose condition did not hold.</returns>
    ValueTask<KvCommitResult> TryCommitAsync(KvBatch batch, CancellationToken cancellationToken = default);

    /// <summary>Removes all entries that have a tag, as one commit; see <see cref="RemoveByTag"/>.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="cancellationToken">Checked before anything is done; once the operation has begun it is carried out.</param>
    /// <returns>How many live entries were removed.</returns>
    ValueTask<long> RemoveByTagAsync(string tag, CancellationToken cancellationToken = default);

    /// <summary>The live keys that begin with a prefix, in the order of their UTF-8 bytes; see <see cref="GetKeys"/>.</summary>
    /// <param name="prefix">The prefix; empty for all.</param>
    /// <returns>The keys, read in runs while it is enumerated; cancel with <c>WithCancellation</c>.</returns>
    IAsyncEnumerable<string> GetKeysAsync(string prefix = "");
}
