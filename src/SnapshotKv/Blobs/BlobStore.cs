using System.Buffers;
using SnapshotKv.FileSystem;

namespace SnapshotKv.Blobs;

/// <summary>The files of a store's blobs, in Go's layout: <c>blobs/SSS/&lt;id&gt;.bin</c> with the bytes as they are.</summary>
/// <remarks>
/// Thread-safe. A blob is written once, under an id of its own, and never changed. No more of it is in memory than one buffer. Refusals of the disk
/// are <see cref="KvStoreUnavailableException"/>; what a caller's stream throws passes through, and either way nothing is left behind.
/// </remarks>
internal sealed class BlobStore(IFileSystem files, string storePath, BlobIdGenerator ids, BlobLedger ledger)
{
    private const int BufferSize = 1 << 17;

    private readonly BlobDirectory _directory = new(files, storePath);

    /// <summary>Writes a new blob from the stream's position to its end. When it returns, the file is on the device.</summary>
    /// <param name="content">The bytes; stays open.</param>
    /// <param name="length">How many there must be; null for as many as come.</param>
    /// <exception cref="ArgumentException">The stream cannot be read.</exception>
    /// <exception cref="BlobLengthException">There are more or fewer bytes.</exception>
    /// <exception cref="KvStoreUnavailableException">The disk refused it.</exception>
    public PendingBlob Write(Stream content, long? length = null)
    {
        CheckSource(content, length);
        var id = BeginFlight();
        BlobFileWriter? writer = null;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            writer = new(files, _directory, id);
            int read;
            while ((read = content.Read(buffer, 0, BufferSize)) > 0)
            {
                CheckNotLonger(length, writer.Length + read);
                writer.Write(buffer.AsSpan(0, read));
            }

            CheckNotShorter(length, writer.Length);
            writer.Complete();
            return new(this, ledger, id, writer.Length);
        }
        catch
        {
            GiveUp(writer, id);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes a new blob. When it returns, the file is on the device.</summary>
    /// <exception cref="KvStoreUnavailableException">The disk refused it.</exception>
    public PendingBlob Write(ReadOnlySpan<byte> content)
    {
        var id = BeginFlight();
        BlobFileWriter? writer = null;
        try
        {
            writer = new(files, _directory, id);
            writer.Write(content);
            writer.Complete();
            return new(this, ledger, id, writer.Length);
        }
        catch
        {
            GiveUp(writer, id);
            throw;
        }
    }

    /// <summary>Writes as <see cref="Write(Stream, long?)"/> does; no thread waits for the stream, and none of the caller's for the disk.</summary>
    /// <inheritdoc cref="Write(Stream, long?)"/>
    /// <param name="content">The bytes; stays open.</param>
    /// <param name="length">How many there must be; null for as many as come.</param>
    /// <param name="cancellationToken">Looked at until all is written, and no longer while it is made durable.</param>
    public Task<PendingBlob> WriteAsync(Stream content, long? length, CancellationToken cancellationToken)
    {
        CheckSource(content, length);
        return WriteCheckedAsync(content, length, cancellationToken);
    }

    /// <inheritdoc cref="WriteAsync(Stream, long?, CancellationToken)"/>
    /// <param name="content">The bytes, which must not change until the task is complete.</param>
    /// <param name="cancellationToken">Looked at until all is written, and no longer while it is made durable.</param>
    public async Task<PendingBlob> WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var id = BeginFlight();
        BlobFileWriter? writer = null;
        try
        {
            writer = await CreateAsync(id).ConfigureAwait(false);
            await writer.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            await Task.Run(writer.Complete, CancellationToken.None).ConfigureAwait(false);
            return new(this, ledger, id, writer.Length);
        }
        catch
        {
            GiveUp(writer, id);
            throw;
        }
    }

    /// <summary>Opens a blob for reading.</summary>
    /// <returns>The stream, which the caller disposes of; null when there is no such file.</returns>
    /// <exception cref="KvStoreUnavailableException">The disk refused it.</exception>
    public BlobReadStream? TryOpen(BlobId id)
    {
        var path = _directory.GetPath(id);
        IFileHandle? file = null;
        try
        {
            file = files.OpenRead(path);
            return new(file, file.Length);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (BlobDirectory.IsRefusal(exception))
        {
            file?.Dispose();
            throw _directory.Refused($"open '{path}'", exception);
        }
    }

    /// <summary>Reads a whole blob.</summary>
    /// <returns>Its bytes; null when there is no such file.</returns>
    /// <exception cref="KvStoreUnavailableException">The disk refused it.</exception>
    /// <exception cref="KvStoreException">It is longer than an array can be.</exception>
    public byte[]? TryReadAll(BlobId id)
    {
        using var stream = TryOpen(id);
        if (stream is null)
        {
            return null;
        }

        var bytes = Allocate(id, stream.Length);
        try
        {
            CheckWhole(id, stream.Read(bytes), bytes.Length);
            return bytes;
        }
        catch (Exception exception) when (BlobDirectory.IsRefusal(exception))
        {
            throw _directory.Refused($"read '{_directory.GetPath(id)}'", exception);
        }
    }

    /// <inheritdoc cref="TryReadAll"/>
    public async Task<byte[]?> TryReadAllAsync(BlobId id, CancellationToken cancellationToken)
    {
        using var stream = await Task.Run(() => TryOpen(id), cancellationToken).ConfigureAwait(false);
        if (stream is null)
        {
            return null;
        }

        var bytes = Allocate(id, stream.Length);
        try
        {
            CheckWhole(id, await stream.ReadAsync(bytes, cancellationToken).ConfigureAwait(false), bytes.Length);
            return bytes;
        }
        catch (Exception exception) when (BlobDirectory.IsRefusal(exception))
        {
            throw _directory.Refused($"read '{_directory.GetPath(id)}'", exception);
        }
    }

    /// <summary>Deletes a blob's file; one that is not there is no error. Not made durable: a file that comes back after a power cut is swept at opening.</summary>
    /// <exception cref="KvStoreUnavailableException">The disk refused it.</exception>
    public void Delete(BlobId id) => Delete(_directory.GetPath(id));

    /// <summary>Deletes what a write that did not end left behind.</summary>
    /// <exception cref="KvStoreUnavailableException">The disk refused it.</exception>
    public void DeleteTemporary(BlobId id) => Delete(_directory.GetPath(id) + BlobFileWriter.TemporarySuffix);

    /// <summary>The shards there are, each to be given to <see cref="ListShard"/>.</summary>
    /// <exception cref="KvStoreUnavailableException">The disk refused it.</exception>
    public IReadOnlyList<string> ListShards()
    {
        try
        {
            return [.. _directory.ListShards()];
        }
        catch (Exception exception) when (BlobDirectory.IsRefusal(exception))
        {
            throw _directory.Refused($"list '{_directory.DirectoryPath}'", exception);
        }
    }

    /// <summary>The blobs in a shard, and those begun. Files of other names, or in the wrong shard, are nobody's business here.</summary>
    /// <exception cref="KvStoreUnavailableException">The disk refused it.</exception>
    public IReadOnlyList<(BlobId Id, bool IsTemporary)> ListShard(string shard)
    {
        var path = _directory.GetShardPath(shard);
        try
        {
            var blobs = new List<(BlobId Id, bool IsTemporary)>();
            foreach (var entry in files.List(path))
            {
                var isTemporary = entry.Name.EndsWith(BlobFileWriter.TemporarySuffix, StringComparison.Ordinal);
                var name = isTemporary ? entry.Name.AsSpan(0, entry.Name.Length - BlobFileWriter.TemporarySuffix.Length) : entry.Name;
                if (!entry.IsDirectory && BlobId.TryParseFileName(name, out var id) && id.ShardName == shard)
                {
                    blobs.Add((id, isTemporary));
                }
            }

            return blobs;
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception exception) when (BlobDirectory.IsRefusal(exception))
        {
            throw _directory.Refused($"list '{path}'", exception);
        }
    }

    private static void CheckSource(Stream content, long? length)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (!content.CanRead)
        {
            throw new ArgumentException("The stream cannot be read: it is closed, or for writing only.", nameof(content));
        }

        if (length is { } announced)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(announced, nameof(length));
        }
    }

    private static void CheckNotLonger(long? announced, long soFar)
    {
        if (soFar > announced)
        {
            throw new BlobLengthException(announced.Value, actual: null);
        }
    }

    private static void CheckNotShorter(long? announced, long actual)
    {
        if (actual < announced)
        {
            throw new BlobLengthException(announced.Value, actual);
        }
    }

    private static byte[] Allocate(BlobId id, long length) => length <= Array.MaxLength
        ? GC.AllocateUninitializedArray<byte>((int)length)
        : throw new KvStoreException($"The blob '{id}' has {length} bytes, more than an array can hold: open it as a stream.");

    private void CheckWhole(BlobId id, int read, int length)
    {
        if (read != length)
        {
            throw new KvStoreCorruptedException(_directory.GetPath(id), read, $"it ended while it was being read, though it had {length} bytes when it was opened");
        }
    }

    private async Task<PendingBlob> WriteCheckedAsync(Stream content, long? length, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var id = BeginFlight();
        BlobFileWriter? writer = null;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            writer = await CreateAsync(id).ConfigureAwait(false);
            int read;
            while ((read = await content.ReadAsync(buffer.AsMemory(0, BufferSize), cancellationToken).ConfigureAwait(false)) > 0)
            {
                CheckNotLonger(length, writer.Length + read);
                await writer.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }

            CheckNotShorter(length, writer.Length);
            await Task.Run(writer.Complete, CancellationToken.None).ConfigureAwait(false);
            return new(this, ledger, id, writer.Length);
        }
        catch
        {
            GiveUp(writer, id);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Directories are made and flushed by system calls that have no asynchronous form.</summary>
    private Task<BlobFileWriter> CreateAsync(BlobId id) => Task.Run(() => new BlobFileWriter(files, _directory, id), CancellationToken.None);

    private BlobId BeginFlight()
    {
        var id = ids.Next();
        ledger.BeginFlight(id);
        return id;
    }

    private void GiveUp(BlobFileWriter? writer, BlobId id)
    {
        if (writer?.Remove() != false)
        {
            ledger.EndFlight(id);
        }
        else
        {
            ledger.Abandon(id);
        }
    }

    private void Delete(string path)
    {
        try
        {
            files.Delete(path);
        }
        catch (Exception exception) when (BlobDirectory.IsRefusal(exception))
        {
            throw _directory.Refused($"delete '{path}'", exception);
        }
    }
}
