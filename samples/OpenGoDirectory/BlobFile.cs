namespace OpenGoDirectory;

/// <summary>A file under <c>blobs</c> that bears the name of a blob and lies where blobs of that name lie.</summary>
/// <param name="Id">A UUID in 36 lower-case characters.</param>
/// <param name="SizeBytes">The size of the blob.</param>
internal sealed record BlobFile(string Id, long SizeBytes)
{
    private const string Extension = ".bin";
    private const int ShardLength = 3;

    /// <summary>Lists the blobs of a store's directory in the order of their ids, which is that of their making.</summary>
    /// <param name="storePath">The store's directory.</param>
    /// <param name="others">How many files there are that are no blobs, or lie in the wrong folder.</param>
    public static IReadOnlyList<BlobFile> List(string storePath, out int others)
    {
        others = 0;
        var root = new DirectoryInfo(Path.Combine(storePath, "blobs"));
        var blobs = new List<BlobFile>();
        if (!root.Exists)
        {
            return blobs;
        }

        foreach (var file in root.EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (IdOf(root, file) is { } id)
            {
                blobs.Add(new(id, file.Length));
            }
            else
            {
                others++;
            }
        }

        blobs.Sort(static (left, right) => string.CompareOrdinal(left.Id, right.Id));
        return blobs;
    }

    private static string? IdOf(DirectoryInfo root, FileInfo file)
    {
        var id = Path.GetFileNameWithoutExtension(file.Name);
        var isBlob = file.Name.EndsWith(Extension, StringComparison.Ordinal)
            && Guid.TryParseExact(id, "D", out var guid)
            && guid.ToString("D") == id
            && Path.GetRelativePath(root.FullName, file.FullName) == Path.Combine(id[^ShardLength..], file.Name);
        return isBlob ? id : null;
    }
}
