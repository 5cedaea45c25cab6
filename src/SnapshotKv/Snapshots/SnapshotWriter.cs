using SnapshotKv.FileSystem;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>Writes snapshot files that Go's snapshotkv v0.3.0 reads. Thread-safe for different paths.</summary>
internal sealed class SnapshotWriter(IFileSystem fileSystem)
{
    /// <summary>What is put behind a file's name until it is complete.</summary>
    public const string TemporarySuffix = ".tmp";

    // Ranges end with the entry that reaches this, so that most fill one gzip member.
    private const int RangeSize = GzipMembers.InputSize - (32 << 10);

    // An entry is encoded in one piece, and a range may have others before it.
    private static readonly int LargestEntry = Array.MaxLength - (2 * RangeSize);

    /// <summary>
    /// Writes a snapshot so that a file of its name is never incomplete: into a temporary file, flushed, then renamed, then the directory flushed.
    /// When it returns, the snapshot is on the device.
    /// </summary>
    /// <param name="path">The file's path. A file of that name is replaced.</param>
    /// <param name="records">The entries, all of the snapshot's format, each key once.</param>
    /// <param name="contents">What the snapshot says of itself.</param>
    /// <param name="compression">How it is compressed.</param>
    /// <param name="workers">How many threads may encode and compress, at least 1: the caller's. More are taken from the pool.</param>
    /// <param name="cancellationToken">Looked at about once a MiB, and no longer once all is written.</param>
    /// <returns>The file's size in bytes.</returns>
    /// <exception cref="IOException">The disk refused. No temporary file is left behind, unless the disk refused that too.</exception>
    /// <exception cref="KvSerializationException">A JSON snapshot is asked for, and some keys are not UTF-8; or an entry is close to 2 GiB.</exception>
    /// <exception cref="ArgumentException">A record is of another format.</exception>
    public long Write(
        string path,
        ReadOnlyMemory<Record> records,
        in SnapshotContents contents,
        KvCompression compression,
        int workers,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        if (contents.Format == KvFormat.Json)
        {
            records = SortForJson(records);
        }

        var temporary = path + TemporarySuffix;
        fileSystem.Delete(temporary);
        long length;
        try
        {
            using (var file = fileSystem.CreateNew(temporary))
            {
                length = WriteBody(file, records, contents, compression == KvCompression.Gzip, workers, cancellationToken);
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

    private static long WriteBody(
        IFileHandle file,
        ReadOnlyMemory<Record> records,
        in SnapshotContents contents,
        bool isCompressed,
        int workers,
        CancellationToken cancellationToken)
    {
        var encoder = SnapshotEncoder.For(contents.Format);
        var output = new SnapshotOutput(file);
        var pipeline = new EncodePipeline(encoder, output, isCompressed, workers);
        try
        {
            ReadOnlyMemory<byte> prefix = encoder.GetPrologue(contents, records.Length);
            for (var start = 0; start < records.Length || !prefix.IsEmpty;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = TakeRange(records.Span[start..], encoder, contents.Format, out var largestSize);
                pipeline.Add(prefix, records.Slice(start, count), start == 0, largestSize);
                prefix = default;
                start += count;
            }

            pipeline.Add(encoder.GetClosing(contents), default, hasFirst: false, 0);
            pipeline.Drain();
            pipeline.Add(encoder.GetChecksumField(output.Checksum), default, hasFirst: false, 0);
            pipeline.Drain();
            return output.Length;
        }
        finally
        {
            pipeline.Dispose();
        }
    }

    /// <summary>Counts the records that make up the next range.</summary>
    private static int TakeRange(ReadOnlySpan<Record> records, SnapshotEncoder encoder, KvFormat format, out long largestSize)
    {
        largestSize = 0;
        var count = 0;
        while (count < records.Length && largestSize < RangeSize)
        {
            var record = records[count];
            if (record.Format != format)
            {
                throw new ArgumentException($"A record of the format {record.Format} cannot go into a snapshot of the format {format}.", nameof(records));
            }

            var size = encoder.GetLargestSize(record);
            if (size > LargestEntry)
            {
                throw new KvSerializationException($"An entry that may take {size} bytes in a {format} snapshot is too long for one; remove it or store it as a blob.");
            }

            largestSize += size;
            count++;
        }

        return count;
    }

    /// <summary>Go writes JSON keys in the order of their bytes. Keys that are not UTF-8 have no place in JSON: Go folds them, and loses some.</summary>
    private static ReadOnlyMemory<Record> SortForJson(ReadOnlyMemory<Record> records)
    {
        var sorted = records.ToArray();
        var opaque = sorted.Count(record => (record.Flags & RecordFlags.OpaqueKey) != 0);
        if (opaque > 0)
        {
            throw new KvSerializationException(
                $"{opaque} keys are not UTF-8, and JSON cannot hold them. Set {nameof(SnapshotKvOptions.Format)} to {nameof(KvFormat.MessagePack)}, or clear the store.");
        }

        Array.Sort(sorted, static (left, right) => left.Key.SequenceCompareTo(right.Key));
        return sorted;
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
