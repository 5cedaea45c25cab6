using SnapshotKv.FileSystem;

namespace SnapshotKv.Blobs;

/// <summary>
/// Writes one blob's file so that it is never incomplete under its name: into a temporary file, flushed, renamed, the directory flushed. Given up
/// before <see cref="Complete"/> has returned, it leaves nothing behind. For one thread at a time.
/// </summary>
/// <remarks>Every refusal of the disk is a <see cref="KvStoreUnavailableException"/> that tells what was tried.</remarks>
internal sealed class BlobFileWriter
{
    /// <summary>What is put behind a file's name until it is complete, as in Go.</summary>
    public const string TemporarySuffix = ".tmp";

    private readonly IFileSystem _files;
    private readonly BlobDirectory _directory;
    private readonly string _path;
    private readonly string _temporary;
    private readonly string _shard;
    private IFileHandle? _file;
    private bool _isRenamed;
    private bool _isComplete;

    /// <summary>Creates the temporary file, and its directory where that is missing.</summary>
    public BlobFileWriter(IFileSystem files, BlobDirectory directory, BlobId id)
    {
        _files = files;
        _directory = directory;
        _path = directory.GetPath(id);
        _temporary = _path + TemporarySuffix;
        _shard = id.ShardName;
        try
        {
            directory.EnsureShard(_shard);
            _file = files.CreateNew(_temporary);
        }
        catch (Exception exception) when (BlobDirectory.IsRefusal(exception))
        {
            // A creation that reports failure may have happened.
            DeleteQuietly(_temporary);
            throw directory.Refused($"create '{_temporary}'", exception);
        }
    }

    /// <summary>The bytes written.</summary>
    public long Length { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _file!.Write(bytes, Length);
        }
        catch (Exception exception) when (BlobDirectory.IsRefusal(exception))
        {
            throw _directory.Refused($"write '{_temporary}'", exception);
        }

        Length += bytes.Length;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await _file!.WriteAsync(bytes, Length, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (BlobDirectory.IsRefusal(exception))
        {
            throw _directory.Refused($"write '{_temporary}'", exception);
        }

        Length += bytes.Length;
    }

    /// <summary>Returns when the file is on the device under its name.</summary>
    public void Complete()
    {
        var attempt = $"flush '{_temporary}' to the device";
        try
        {
            _file!.Flush();
            _file.Dispose();
            _file = null;

            attempt = $"rename '{_temporary}' to '{_path}'";
            // Told before it is done: a rename that reports failure may have happened.
            _isRenamed = true;
            _files.Rename(_temporary, _path);

            attempt = $"flush the directory of '{_path}' to the device";
            _directory.FlushShard(_shard);
        }
        catch (Exception exception) when (BlobDirectory.IsRefusal(exception))
        {
            throw _directory.Refused(attempt, exception);
        }

        _isComplete = true;
    }

    /// <summary>Removes what was written, unless it is complete.</summary>
    /// <returns>False when the disk refused to let go of a file under a blob's name.</returns>
    public bool Remove()
    {
        _file?.Dispose();
        _file = null;
        if (_isComplete)
        {
            return true;
        }

        _isComplete = true;
        DeleteQuietly(_temporary);
        return !_isRenamed || DeleteQuietly(_path);
    }

    private bool DeleteQuietly(string path)
    {
        try
        {
            _files.Delete(path);
            return true;
        }
        catch (Exception exception) when (BlobDirectory.IsRefusal(exception))
        {
            // The failure that brought us here is the one to report. A temporary file goes when the store is next opened, a blob's by the ledger.
            return false;
        }
    }
}
