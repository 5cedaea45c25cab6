using SnapshotKv.FileSystem;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>
/// Reads snapshot files: Go's of every version, and ours; compressed or not, MessagePack or JSON, told apart by what is in the file and not by its
/// name. Thread-safe: reads share nothing.
/// </summary>
/// <remarks>Memory: about 1 MiB, or up to twice the longest entry; for our compressed files some MiB a core more. The entries are the sink's.</remarks>
internal sealed class SnapshotReader(IFileSystem fileSystem)
{
    private const int SmallestWindow = 4096;

    /// <summary>Reads a whole snapshot into a sink.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxSnapshotBytes">The most bytes it may hold once decompressed.</param>
    /// <param name="sink">Takes the entries; what it throws passes through. After an exception it holds a part, which is worth nothing.</param>
    /// <param name="cancellationToken">Looked at about once a MiB.</param>
    /// <exception cref="KvStoreCorruptedException">The file is damaged, is no snapshot, or (<see cref="SnapshotTooLargeException"/>) is larger than allowed.</exception>
    /// <exception cref="IOException">The file could not be read.</exception>
    public SnapshotHeader Read(string path, long maxSnapshotBytes, ISnapshotSink sink, CancellationToken cancellationToken)
    {
        using var file = fileSystem.OpenRead(path);
        return Naming(path, () => Read(file, maxSnapshotBytes, sink, cancellationToken));
    }

    /// <summary>Reads only the first bytes of a snapshot, for what it says of itself. What comes behind is not looked at, nor whether it is damaged.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxSnapshotBytes">The most bytes it may hold once decompressed.</param>
    /// <exception cref="KvStoreCorruptedException">The first bytes are not those of a snapshot.</exception>
    /// <exception cref="IOException">The file could not be read.</exception>
    public SnapshotHead ReadHead(string path, long maxSnapshotBytes)
    {
        using var file = fileSystem.OpenRead(path);
        return Naming(path, () => ReadHead(file, maxSnapshotBytes));
    }

    /// <summary>Reads the bytes of a file, whatever they are, for what to know it again by.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Looked at once a MiB.</param>
    /// <exception cref="IOException">The file could not be read.</exception>
    public SnapshotFingerprint ReadFingerprint(string path, CancellationToken cancellationToken)
    {
        using var file = fileSystem.OpenRead(path);
        var buffer = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(file.Length + 1, 1, SnapshotWindow.UsualSize));
        var checksum = new Crc32C();
        long size = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = file.Read(buffer, size);
            if (count == 0)
            {
                return new(size, checksum.Value);
            }

            checksum.Append(buffer.AsSpan(0, count));
            size += count;
        }
    }

    /// <summary>Turns what the parsers throw, who do not know the file, into what names it.</summary>
    private static T Naming<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SnapshotDamageException exception)
        {
            throw new KvStoreCorruptedException(path, exception.Offset, exception.Message, exception);
        }
        catch (InvalidDataException exception)
        {
            throw new KvStoreCorruptedException(path, null, $"its gzip data is damaged: {exception.Message}", exception);
        }
        catch (SnapshotTooLargeException exception)
        {
            throw new SnapshotTooLargeException(path, exception);
        }
    }

    private static SnapshotHead ReadHead(IFileHandle file, long maxSnapshotBytes)
    {
        // Member by member or not makes no difference for the first of them, and this way no other is expanded.
        using var stream = Open(file, LookAt(file) == FileCompression.None ? FileCompression.None : FileCompression.Gzip);
        var window = new SnapshotWindow(stream, SmallestWindow, maxSnapshotBytes, CancellationToken.None);
        window.Fill();
        return CreateParser(window, NoSink.Instance, SnapshotDialect.Undecided, file.Length, isCompressed: true).ReadBeginning();
    }

    private static SnapshotHeader Read(IFileHandle file, long maxSnapshotBytes, ISnapshotSink sink, CancellationToken cancellationToken)
    {
        var compression = LookAt(file);
        var dialect = SnapshotDialect.Undecided;
        while (true)
        {
            using var stream = Open(file, compression);
            var size = (int)Math.Clamp(file.Length + 1, SmallestWindow, SnapshotWindow.UsualSize);
            var window = new SnapshotWindow(stream, size, maxSnapshotBytes, cancellationToken);
            window.Fill();
            var parser = CreateParser(window, sink, dialect, file.Length, compression != FileCompression.None);
            if (parser.Read() is { } result)
            {
                return result;
            }

            dialect = parser.ReadAgainAs!.Value;
            sink.Restart();
        }
    }

    private static FileCompression LookAt(IFileHandle file)
    {
        Span<byte> start = stackalloc byte[GzipMembers.HeaderSize];
        start = start[..file.Read(start, 0)];
        if (start.IsEmpty)
        {
            throw new SnapshotDamageException("it is empty", 0);
        }

        return !GzipMembers.IsGzip(start) ? FileCompression.None
            : GzipMembers.TryReadHeader(start, out var header) && header.Index == 0 ? FileCompression.OurMembers
            : FileCompression.Gzip;
    }

    private static Stream Open(IFileHandle file, FileCompression compression) => compression switch
    {
        FileCompression.None => new FileReadStream(file, default),
        FileCompression.OurMembers => new GzipMemberStream(file, Environment.ProcessorCount),
        _ => new GzipFileStream(file),
    };

    /// <summary>Chooses the format by the first byte: JSON begins with a brace, perhaps after blanks, and a MessagePack snapshot with the code of a map.</summary>
    private static SnapshotParser CreateParser(SnapshotWindow window, ISnapshotSink sink, SnapshotDialect dialect, long fileLength, bool isCompressed)
    {
        while (!window.Available.ContainsAnyExcept(" \t\r\n"u8))
        {
            window.Advance(window.Available.Length);
            if (!window.Fill())
            {
                throw new SnapshotDamageException("there is nothing in it", window.Offset);
            }
        }

        var first = window.Available[window.Available.IndexOfAnyExcept(" \t\r\n"u8)];
        return first switch
        {
            (byte)'{' => new JsonSnapshotParser(window, sink, dialect),
            (>= 0x80 and <= 0x8f) or 0xde or 0xdf => new MessagePackSnapshotParser(window, sink, dialect, fileLength, isCompressed),
            _ => throw new SnapshotDamageException($"it begins with the byte {first:x2}: neither a JSON object nor a MessagePack map", window.Offset),
        };
    }

    private enum FileCompression
    {
        None,
        Gzip,
        OurMembers,
    }
}
