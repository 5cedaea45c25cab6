using SnapshotKv.FileSystem;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>Writes snapshot files that Go's snapshotkv v0.3.0 reads. Thread-safe for different paths.</summary>
internal sealed class SnapshotWriter(IFileSystem fileSystem)
{
    /// <summary>What is put behind a file's name until it is complete.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>
    /// Writes a snapshot so that a file of its name is never incomplete: into a temporary file, flushed, then renamed, then the directory flushed.
    /// When it returns, the snapshot is on the device.
    /// </summary>
    /// <param name="path">The file's path. A file of that name is replaced.</param>
    /// <param name="records">The entries, all of the snapshot's format, each key once.</param>
    /// <param name="contents">What the snapshot says of itself.</param>
    /// <param name="compression">How it is compressed.</param>
    /// <param name="workers">How many threads may work, at least 1: the caller's, which encodes. More are taken from the pool, and compress or write.</param>
    /// <param name="cancellationToken">Looked at before each range of about a MiB is begun, and no longer after the last one.</param>
    /// <returns>The file's size in bytes.</returns>
    /// <exception cref="IOException">The disk refused. No temporary file is left behind, unless the disk refused that too.</exception>
    /// <exception cref="KvSerializationException">A JSON snapshot is asked for, and some keys are not UTF-8; or an entry is close to 2 GiB.</exception>
    /// <exception cref="ArgumentException">A record is of another format.</exception>
    /// <exception cref="InvalidOperationException">There are not as many records as was announced.</exception>
    public long Write(
        string path,
        IRecordSource records,
        in SnapshotContents contents,
        KvCompression compression,
        int workers,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        using var sorted = contents.Format == KvFormat.Json ? new JsonOrder(records) : null;
        var temporary = path + TemporarySuffix;
        fileSystem.Delete(temporary);
        long length;
        try
        {
            using (var file = fileSystem.CreateNew(temporary))
            {
                length = WriteBody(file, sorted ?? records, contents, compression == KvCompression.Gzip, workers, cancellationToken);
                file.Flush();
            }

            fileSystem.Rename(temporary, path);
        }
        catch
        {
            DeleteQuietly(temporary);
            throw;
        }

        fileSystem.FlushDirectory(Path.GetDirectoryName(path)!);
        return length;
    }

    /// <summary>The prologue has the number, and a file that does not keep to it is no snapshot.</summary>
    internal static void ThrowIfNotAsAnnounced(int announced, int came)
    {
        if (came != announced)
        {
            throw new InvalidOperationException($"{announced} records were announced, and {came} came.");
        }
    }

    /// <inheritdoc cref="ThrowIfNotAsAnnounced"/>
    internal static void ThrowIfMoreThanAnnounced(int announced, int came)
    {
        if (came > announced)
        {
            ThrowIfNotAsAnnounced(announced, came);
        }
    }

    private static long WriteBody(
        IFileHandle file,
        IRecordSource records,
        in SnapshotContents contents,
        bool isCompressed,
        int workers,
        CancellationToken cancellationToken)
    {
        var encoder = SnapshotEncoder.For(contents.Format);
        var output = new SnapshotOutput(file);
        using var pipeline = new EncodePipeline(encoder, output, isCompressed, workers, cancellationToken);
        pipeline.BeginRange(encoder.GetPrologue(contents, records.Count));
        for (var part = records.Next(); !part.IsEmpty; part = records.Next())
        {
            while (!part.IsEmpty)
            {
                var count = TakeRange(part, encoder, contents.Format, pipeline.Room, out var largestSize);
                pipeline.Add(part[..count], largestSize);
                part = part[count..];
            }
        }

        ThrowIfNotAsAnnounced(records.Count, pipeline.Count);
        pipeline.BeginRange(encoder.GetClosing(contents));
        pipeline.Drain();
        pipeline.BeginRange(encoder.GetChecksumField(output.Checksum));
        pipeline.Drain();
        return output.Length;
    }

    /// <summary>Counts the records that go into a range: those with which the room is used up, or all.</summary>
    private static int TakeRange(ReadOnlySpan<Record> records, SnapshotEncoder encoder, KvFormat format, long room, out long largestSize)
    {
        // Nothing but this in the loop: each record comes from another place of memory, and the processor waits for many at a time.
        largestSize = 0;
        var count = 0;
        while (count < records.Length && largestSize < room)
        {
            var record = records[count];
            if (record.Format != format)
            {
                throw new ArgumentException($"A record of the format {record.Format} cannot go into a snapshot of the format {format}.", nameof(records));
            }

            var size = encoder.GetLargestSize(record);
            if (size > EncodePipeline.LargestEntry)
            {
                throw new KvSerializationException($"An entry that may take {size} bytes in a {format} snapshot is too long for one; remove it or store it as a blob.");
            }

            largestSize += size;
            count++;
        }

        return count;
    }

    private void DeleteQuietly(string temporary)
    {
        try
        {
            fileSystem.Delete(temporary);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The failure that brought us here is the one to report; what is left of the file goes when the store is next opened.
        }
    }
}
