using SnapshotKv.Blobs;
using SnapshotKv.Format;

namespace SnapshotKv;

/// <summary>Writes and opens the blobs of keys, and says in the caller's words what went wrong.</summary>
internal static class BlobAccess
{
    /// <summary>The files of a store's blobs.</summary>
    /// <exception cref="NotSupportedException">The store has none.</exception>
    public static BlobStore Of(BlobStore? files) => files
        ?? throw new NotSupportedException($"Blobs are kept in files, and this store is memory-only. Open it with a directory ({nameof(SnapshotKvOptions)}.{nameof(SnapshotKvOptions.Path)}), or keep the bytes as a value.");

    public static PendingBlob Write(BlobStore files, string key, Stream content, long? length)
    {
        try
        {
            return files.Write(content, length);
        }
        catch (BlobLengthException exception)
        {
            throw WrongLength(key, exception);
        }
    }

    public static async Task<PendingBlob> WriteAsync(BlobStore files, string key, Stream content, long? length, CancellationToken cancellationToken)
    {
        try
        {
            return await files.WriteAsync(content, length, cancellationToken).ConfigureAwait(false);
        }
        catch (BlobLengthException exception)
        {
            throw WrongLength(key, exception);
        }
    }

    /// <summary>Does something with the blob that a key has at this moment.</summary>
    /// <param name="key">The key.</param>
    /// <param name="read">Reads the key's live record.</param>
    /// <param name="use">Uses the blob; null when its file is gone.</param>
    public static T Use<T>(string key, Func<string, Record> read, Func<BlobId, T?> use)
        where T : class
    {
        var record = read(key);
        while (true)
        {
            if (use(IdOf(key, record)) is { } result)
            {
                return result;
            }

            // Between reading the entry and opening the file the entry may have been changed, and the file collected.
            var again = read(key);
            if (IsSameBlob(record, again))
            {
                throw Missing(key, record);
            }

            record = again;
        }
    }

    /// <inheritdoc cref="Use"/>
    public static async ValueTask<T> UseAsync<T>(string key, Func<string, Record> read, Func<BlobId, Task<T?>> use)
        where T : class
    {
        var record = read(key);
        while (true)
        {
            if (await use(IdOf(key, record)).ConfigureAwait(false) is { } result)
            {
                return result;
            }

            var again = read(key);
            if (IsSameBlob(record, again))
            {
                throw Missing(key, record);
            }

            record = again;
        }
    }

    public static KvBlobException NoSuchKey(string key) => new(key, KvBlobProblem.NoSuchKey, $"There is no live entry with the key '{key}'.");

    private static BlobId IdOf(string key, Record record)
    {
        if (record.IsNull)
        {
            throw NoSuchKey(key);
        }

        if (record.BlobReference.IsEmpty)
        {
            throw new KvBlobException(key, KvBlobProblem.NoBlob, $"The entry with the key '{key}' has no blob.");
        }

        // What comes from a file may be anything; only a UUID ever becomes a path.
        return BlobId.TryParse(record.BlobReference, out var id) ? id : throw Missing(key, record);
    }

    private static bool IsSameBlob(Record before, Record after) => !after.IsNull && after.BlobReference.SequenceEqual(before.BlobReference);

    private static KvBlobException Missing(string key, Record record) => new(
        key,
        KvBlobProblem.FileMissing,
        BlobId.TryParse(record.BlobReference, out var id)
            ? $"The entry with the key '{key}' has the blob '{id}', and its file is gone. Restore 'blobs/{id.ShardName}/{id.FileName}' from a backup, or give the entry another blob."
            : $"The entry with the key '{key}' refers to something that is not the id of a blob. Give the entry another blob.");

    private static KvBlobException WrongLength(string key, BlobLengthException exception) =>
        new(key, KvBlobProblem.LengthMismatch, $"The blob for the key '{key}' was not set: {exception.Message}", exception);
}
