using SnapshotKv.FileSystem;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>The file in a store's directory that says which snapshots are pinned or held, and what no restore rolls back.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class HistoryFile(IFileSystem fileSystem, string storePath)
{
    public const string FileName = "history.json";

    private readonly string _path = Path.Combine(storePath, FileName);

    /// <summary>Where it lies.</summary>
    public string FilePath => _path;

    /// <summary>Whether there is one.</summary>
    public bool Exists => fileSystem.FileExists(_path);

    /// <summary>Where it is moved when it is damaged.</summary>
    public QuarantineDirectory Quarantine { get; } = new(fileSystem, storePath);

    /// <summary>Reads the file.</summary>
    /// <returns>What it says; null when there is none.</returns>
    /// <exception cref="KvStoreCorruptedException">It is not what a store writes.</exception>
    /// <exception cref="IOException">It could not be read.</exception>
    public HistoryDocument? Read()
    {
        if (!fileSystem.FileExists(_path))
        {
            return null;
        }

        using var file = fileSystem.OpenRead(_path);
        try
        {
            if (file.Length > HistoryDocument.MostBytes)
            {
                throw new HistoryDamageException($"it has {file.Length} bytes; a store writes at most {HistoryDocument.MostBytes}", HistoryDocument.MostBytes);
            }

            var bytes = new byte[file.Length];
            return Checked(HistoryDocument.Decode(bytes.AsMemory(0, file.Read(bytes, 0))));
        }
        catch (HistoryDamageException exception)
        {
            throw new KvStoreCorruptedException(_path, exception.Offset, exception.Message, exception);
        }
    }

    /// <summary>Replaces the file so that it is never incomplete; when this returns, it is on the device.</summary>
    /// <exception cref="IOException">The disk refused; the file is as it was.</exception>
    public void Write(byte[] bytes)
    {
        var temporary = _path + SnapshotWriter.TemporarySuffix;
        fileSystem.Delete(temporary);
        try
        {
            using (var file = fileSystem.CreateNew(temporary))
            {
                file.Write(bytes, 0);
                file.Flush();
            }

            fileSystem.Rename(temporary, _path);
        }
        catch
        {
            DeleteQuietly(temporary);
            throw;
        }

        fileSystem.FlushDirectory(storePath);
    }

    /// <summary>Moves a damaged file aside.</summary>
    /// <returns>Where it is now.</returns>
    public string SetAside(string reason, DateTimeOffset now) => Quarantine.Take(_path, reason, now);

    /// <summary>
    /// Where the file was set aside when the process ended before there was a new one: whoever finds none must then not take it that nothing was pinned. Null when that is not
    /// so.
    /// </summary>
    public string? FindSetAside() => fileSystem.FileExists(_path)
        ? null
        : Quarantine.List().Where(static entry => IsOfFile(entry.Name)).Select(entry => Path.Combine(Quarantine.DirectoryPath, entry.Name)).FirstOrDefault();

    /// <summary>Under its name, or with a number behind it.</summary>
    private static bool IsOfFile(string name) => name == FileName || (name.StartsWith(FileName + ".", StringComparison.Ordinal) && name.AsSpan(FileName.Length + 1).IndexOfAnyExceptInRange('0', '9') < 0);

    private static HistoryDocument Checked(HistoryDocument document)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var pin in document.Pins)
        {
            if (!PinName.IsValid(pin.Name) || !names.Add(pin.Name))
            {
                throw new HistoryDamageException($"'{pin.Name}' stands there twice, or cannot be the name of a pinned snapshot");
            }
        }

        // They become paths only when the directory lists them; this is to find what no store wrote.
        var foreign = document.Pins.Select(pin => pin.Snapshot).Concat(document.Holds.Select(hold => hold.Snapshot)).FirstOrDefault(static name => !SnapshotName.TryParse(name, out _));
        return foreign is null ? document : throw new HistoryDamageException($"'{foreign}' is not the name of a snapshot's file");
    }

    private void DeleteQuietly(string temporary)
    {
        try
        {
            fileSystem.Delete(temporary);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The failure that brought us here is the one to report; what is left of the file goes when it is next written.
        }
    }
}
