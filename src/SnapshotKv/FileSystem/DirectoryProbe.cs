using System.Globalization;

namespace SnapshotKv.FileSystem;

/// <summary>Proves, before anything is acknowledged, that a directory lets this process do what a store must.</summary>
internal static class DirectoryProbe
{
    /// <summary>With less room than this the first snapshot of even a small store would fail.</summary>
    internal const long MinAvailableBytes = 64 * 1024;

    private const string WrittenName = "probe.tmp";
    private const string RenamedName = "probe";

    /// <summary>One page, none of whose bytes is what an unwritten file would hold.</summary>
    private static readonly byte[] Content = [.. Enumerable.Range(0, 4096).Select(i => (byte)(1 + (i % 255)))];

    /// <summary>Writes, flushes, reads, renames and deletes a file, and asks for free space. Makes the directory when it is missing.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The store's directory, absolute. The caller holds its lock: two probes at once would meet each other's files.</param>
    /// <exception cref="KvStoreUnavailableException">Something was refused: the message says what, where, to whom, and what can be done.</exception>
    public static void Check(IFileSystem files, string directory)
    {
        StoreDirectory.Create(files, directory);

        var written = Path.Join(directory, WrittenName);
        var renamed = Path.Join(directory, RenamedName);
        var attempt = "";
        try
        {
            // What a probe that crashed has left.
            attempt = $"delete '{written}' and '{renamed}'";
            files.Delete(written);
            files.Delete(renamed);

            attempt = "ask for its free space";
            var available = files.GetAvailableBytes(directory);
            if (available < MinAvailableBytes)
            {
                var answer = string.Create(CultureInfo.InvariantCulture, $"only {available} bytes are free and at least {MinAvailableBytes} are needed");
                throw StoreDirectory.Unusable(files, directory, "find room in it", answer, StorageFault.NoSpace);
            }

            attempt = $"create '{written}'";
            using (var file = files.CreateNew(written))
            {
                attempt = $"write to '{written}'";
                file.Write(Content, 0);

                attempt = $"flush '{written}' to the device";
                file.Flush();
            }

            attempt = $"rename '{written}' to '{renamed}'";
            files.Rename(written, renamed);

            attempt = "flush its names to the device";
            files.FlushDirectory(directory);
            for (var parent = Path.GetDirectoryName(directory); parent is not null; parent = Path.GetDirectoryName(parent))
            {
                attempt = $"flush the names in '{parent}' to the device";
                FlushParent(files, parent);
            }

            attempt = $"read '{renamed}' back";
            if (!ReadsBack(files, renamed))
            {
                throw StoreDirectory.Unusable(files, directory, attempt, "it does not hold what was written to it", StorageFault.Other);
            }

            attempt = $"delete '{renamed}'";
            files.Delete(renamed);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw StoreDirectory.Unusable(files, directory, attempt, exception);
        }
    }

    /// <summary>Whoever made the directory may have ended before its name, or those of the parents he made with it, were on the device: then a power cut takes it with all that is in it.</summary>
    /// <exception cref="IOException">The device did not take it.</exception>
    private static void FlushParent(IFileSystem files, string parent)
    {
        try
        {
            files.FlushDirectory(parent);
        }
        catch (Exception exception) when (SystemError.Classify(exception) is StorageFault.AccessDenied or StorageFault.ReadOnly or StorageFault.Unsupported or StorageFault.Missing)
        {
            // Another user's, who has made what lies in it, or an image's: the common case in containers, and no reason to refuse. What may not even be looked at counts as missing.
        }
    }

    private static bool ReadsBack(IFileSystem files, string path)
    {
        using var file = files.OpenRead(path);
        var buffer = new byte[Content.Length + 1];
        var read = file.Read(buffer, 0);
        return buffer.AsSpan(0, read).SequenceEqual(Content);
    }
}
