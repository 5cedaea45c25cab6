using System.Buffers.Binary;
using System.Security.Cryptography;
using SnapshotKv.FileSystem;
using SnapshotKv.Format;

namespace SnapshotKv.Journal;

/// <summary>Makes segments: filled with zeros and flushed before they have a name, so that what is appended later changes bytes that are there, and cannot fail for want of room.</summary>
/// <param name="fileSystem">The file system.</param>
/// <param name="directory">Where the journal lies.</param>
/// <param name="keepDirectory">Called before the first file is made in a directory that is missing: takes the store's lock again, and tells whether that was gone, too.</param>
/// <param name="hasDirectory">Whether the directory is there with something in it, so that it can only be missing when somebody has removed it.</param>
/// <param name="isMapped">Whether segments are mapped, where that is safe.</param>
internal sealed class SegmentMaker(IFileSystem fileSystem, JournalDirectory directory, Func<bool> keepDirectory, bool hasDirectory, bool isMapped)
{
    private const int FillSize = 256 << 10;

    private volatile bool _hasDirectory = hasDirectory;
    private int _wasRemoved;

    /// <summary>
    /// Whether the directory was removed and has been made again since the last call. A segment that is made then lies behind others, or a snapshot, that are gone.
    /// </summary>
    public bool WasRemoved() => Volatile.Read(ref _wasRemoved) != 0 && Interlocked.Exchange(ref _wasRemoved, 0) != 0;

    /// <summary>All that lay in the directory is about to be saved elsewhere, so that it may be missing.</summary>
    public void ForgetDirectory() => _hasDirectory = false;

    /// <summary>Makes a segment, durable with its name.</summary>
    /// <param name="header">What it says of itself; its salt is chosen here.</param>
    /// <exception cref="IOException">The disk refused. No temporary file is left behind, unless the disk refused that too.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not.</exception>
    /// <exception cref="KvStoreException">The directory cannot be made, or is another's by now.</exception>
    public JournalSegment Make(JournalSegmentHeader header)
    {
        if (!fileSystem.DirectoryExists(directory.DirectoryPath))
        {
            if (keepDirectory() | _hasDirectory)
            {
                Volatile.Write(ref _wasRemoved, 1);
            }

            StoreDirectory.Create(fileSystem, directory.DirectoryPath);
        }

        _hasDirectory = true;

        var salted = header with { Salt = NewSalt() };
        var path = directory.GetPath(salted.Ordinal);
        var temporary = directory.GetTemporaryPath(salted.Ordinal);
        IFileHandle? file = null;
        IMappedFile? map = null;
        var isNamed = false;
        try
        {
            fileSystem.Delete(temporary);
            file = fileSystem.CreateNew(temporary);
            Fill(file, salted);
            file.Flush();
            map = isMapped ? file.TryMap() : null;
            fileSystem.Rename(temporary, path);
            isNamed = true;
            fileSystem.FlushDirectory(directory.DirectoryPath);
            return new(salted, path, file, map);
        }
        catch
        {
            map?.Dispose();
            file?.Dispose();
            DeleteQuietly(isNamed ? path : temporary);
            throw;
        }
    }

    private static ulong NewSalt()
    {
        Span<byte> salt = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(salt);
        return BinaryPrimitives.ReadUInt64LittleEndian(salt);
    }

    private static void Fill(IFileHandle file, in JournalSegmentHeader header)
    {
        var buffer = new byte[Math.Min(FillSize, header.Size)];
        header.Write(buffer);
        for (long offset = 0; offset < header.Size; offset += buffer.Length)
        {
            file.Write(buffer.AsSpan(0, (int)Math.Min(buffer.Length, header.Size - offset)), offset);
            buffer.AsSpan(0, JournalSegmentHeader.PageSize).Clear();
        }
    }

    private void DeleteQuietly(string path)
    {
        try
        {
            fileSystem.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The failure that brought us here is the one to report; a segment without frames does no harm, and one without a name goes at the next opening.
        }
    }
}
