using System.Text;
using SnapshotKv.FileSystem;

namespace SnapshotKv.Engine;

/// <summary>
/// The text in a store's directory that tells of commits found missing until somebody acknowledges it. It is on the device before anything is moved, so that no crash
/// makes a loss look as if it had not been.
/// </summary>
internal sealed class LossNote(IFileSystem fileSystem, string storePath)
{
    public const string FileName = "recovery.unacknowledged";

    private const string TemporarySuffix = ".tmp";

    /// <summary>As much as anybody reads; what is beyond was told already.</summary>
    private const int MostBytes = 64 * 1024;

    private readonly string _path = Path.Combine(storePath, FileName);

    /// <summary>What the note says; null when there is none. A link is none: it leads to what others wrote.</summary>
    public string? Read()
    {
        if (!fileSystem.FileExists(_path) || fileSystem.GetRealPath(_path) != Path.Combine(fileSystem.GetRealPath(storePath), FileName))
        {
            return null;
        }

        using var file = fileSystem.OpenRead(_path);
        var bytes = new byte[Math.Min(file.Length, MostBytes)];
        return Encoding.UTF8.GetString(bytes, 0, file.Read(bytes, 0)).Trim();
    }

    /// <summary>Adds a text to the note, durably; one that it has already is not added again.</summary>
    /// <param name="earlier">What the note says.</param>
    /// <param name="text">What is to be added.</param>
    public void Add(string? earlier, string text)
    {
        if (earlier?.Contains(text, StringComparison.Ordinal) == true)
        {
            return;
        }

        var temporary = _path + TemporarySuffix;
        fileSystem.Delete(temporary);
        using (var file = fileSystem.CreateNew(temporary))
        {
            file.Write(Encoding.UTF8.GetBytes(earlier is null ? text + "\n" : $"{earlier}\n\n{text}\n"), 0);
            file.Flush();
        }

        fileSystem.Rename(temporary, _path);
        fileSystem.FlushDirectory(storePath);
    }

    /// <summary>Removes the note, durably.</summary>
    /// <exception cref="KvStoreUnavailableException">The disk refused it.</exception>
    public void Remove()
    {
        try
        {
            fileSystem.Delete(_path);
            fileSystem.FlushDirectory(storePath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KvStoreUnavailableException($"The loss could not be acknowledged, because '{_path}' could not be deleted: {exception.Message} Remove the cause and acknowledge it again.", exception);
        }
    }
}
