namespace OpenGoDirectory;

/// <summary>
/// A copy of a store's snapshots in a directory of its own, deleted in the end. Opening a store is not a mere look: it takes a lock, deletes
/// what broken-off saves left, sets damaged snapshots aside. So the copy is opened, and the original stays as it is to the last byte.
/// </summary>
internal sealed class DirectoryCopy : IDisposable
{
    private readonly string _source;

    private DirectoryCopy(string source, string path)
    {
        _source = source;
        Path = path;
    }

    public string Path { get; }

    /// <summary>Copies the snapshots. Blobs stay where they are: the store does not need them for reading keys and values.</summary>
    public static DirectoryCopy Of(string source)
    {
        var copy = new DirectoryCopy(source, Directory.CreateTempSubdirectory("open-go-directory-").FullName);
        try
        {
            var snapshots = System.IO.Path.Combine(copy.Path, "snapshots");
            Directory.CreateDirectory(snapshots);
            foreach (var file in Directory.EnumerateFiles(System.IO.Path.Combine(source, "snapshots")))
            {
                try
                {
                    File.Copy(file, System.IO.Path.Combine(snapshots, System.IO.Path.GetFileName(file)));
                }
                catch (FileNotFoundException)
                {
                    // Whoever has the directory open has just deleted it as too old; what is newer is still to come or there already.
                }
            }

            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <summary>A message about the copy, as it would be about the original.</summary>
    public string AboutTheSource(string message) => message.Replace(Path, _source, StringComparison.Ordinal);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
