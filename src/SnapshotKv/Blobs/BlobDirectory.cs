using SnapshotKv.FileSystem;

namespace SnapshotKv.Blobs;

/// <summary>
/// The directories that blobs lie in: <c>blobs/SSS</c>, where SSS are the last characters of the ids. Made on demand, readable by their owner only,
/// never removed. Thread-safe.
/// </summary>
internal sealed class BlobDirectory(IFileSystem files, string storePath)
{
    public const string DirectoryName = "blobs";

    private readonly Lock _gate = new();

    /// <summary>The shards whose names are known to be on the device; null until the first is asked for.</summary>
    private HashSet<string>? _durable;

    /// <summary>Where the shards lie.</summary>
    public string DirectoryPath { get; } = Path.Combine(storePath, DirectoryName);

    public static bool IsRefusal(Exception exception) => exception is IOException or UnauthorizedAccessException;

    public string GetPath(BlobId id) => Path.Combine(DirectoryPath, id.ShardName, id.FileName);

    public string GetShardPath(string shard) => Path.Combine(DirectoryPath, shard);

    /// <summary>What to throw when the disk refused something.</summary>
    public KvStoreUnavailableException Refused(string attempt, Exception cause) => StoreDirectory.Unusable(files, storePath, attempt, cause);

    /// <summary>Makes a shard when it is missing. Its name is durable after <see cref="FlushShard"/>.</summary>
    public void EnsureShard(string shard)
    {
        var path = GetShardPath(shard);
        lock (_gate)
        {
            _durable ??= FlushExisting();
            if (!files.DirectoryExists(path))
            {
                _durable.Remove(shard);
                files.CreateDirectory(path);
            }
        }
    }

    /// <summary>Makes the names in a shard durable, and the shard's own where it may not be.</summary>
    public void FlushShard(string shard)
    {
        files.FlushDirectory(GetShardPath(shard));
        lock (_gate)
        {
            if (_durable!.Contains(shard))
            {
                return;
            }
        }

        files.FlushDirectory(DirectoryPath);
        lock (_gate)
        {
            _durable.Add(shard);
        }
    }

    /// <summary>The names of the shards there are; other children are left out.</summary>
    public IEnumerable<string> ListShards() => files.DirectoryExists(DirectoryPath)
        ? files.List(DirectoryPath).Where(entry => entry.IsDirectory && IsShardName(entry.Name)).Select(entry => entry.Name)
        : [];

    private static bool IsShardName(string name) =>
        name.Length == BlobId.ShardLength && name.All(c => char.IsAsciiHexDigitLower(c));

    /// <summary>Shards that are there may have been made by a process that died before it flushed their names.</summary>
    private HashSet<string> FlushExisting()
    {
        if (!files.DirectoryExists(DirectoryPath))
        {
            files.CreateDirectory(DirectoryPath);
        }

        files.FlushDirectory(storePath);
        files.FlushDirectory(DirectoryPath);
        return ListShards().ToHashSet(StringComparer.Ordinal);
    }
}
