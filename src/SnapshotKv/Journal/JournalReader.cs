using System.Globalization;
using SnapshotKv.FileSystem;
using SnapshotKv.Format;

namespace SnapshotKv.Journal;

/// <summary>Reads a store's journal: lists the segments, and walks through their frames from a snapshot on (<see cref="JournalWalk"/>). Changes nothing.</summary>
/// <remarks>Not thread-safe. Used while the store is opened, before anybody writes.</remarks>
internal sealed class JournalReader(IFileSystem fileSystem, JournalDirectory directory)
{
    private IReadOnlyList<SegmentFile>? _segments;

    /// <summary>Where the segments lie.</summary>
    public string DirectoryPath => directory.DirectoryPath;

    /// <summary>The segments, by rising ordinal, with what their headers say. Listed once.</summary>
    /// <exception cref="KvStoreCorruptedException">A later version of this library wrote one of them.</exception>
    /// <exception cref="IOException">The disk refused it.</exception>
    public IReadOnlyList<SegmentFile> Segments => _segments ??= [.. directory.List().Select(ReadHeader)];

    /// <inheritdoc cref="JournalDirectory.GetHighestOrdinal"/>
    public ulong GetHighestOrdinal(IEnumerable<string> setAside) => directory.GetHighestOrdinal(setAside);

    /// <summary>The path of a segment.</summary>
    public string GetPath(SegmentFile segment) => Path.Combine(directory.DirectoryPath, segment.File.FileName);

    /// <summary>Opens a segment whose header could be read.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="window">How much is read at once, at the most.</param>
    public SegmentReader Open(SegmentFile segment, int window = SegmentReader.LargestWindow)
    {
        var file = fileSystem.OpenRead(GetPath(segment));
        try
        {
            return new(file, segment.Header!.Value, window);
        }
        catch
        {
            // Its length is asked for, which the disk may refuse; and then nobody has the reader that would close it.
            file.Dispose();
            throw;
        }
    }

    /// <summary>Takes everything that follows a commit into a sink.</summary>
    /// <param name="sequence">The commit that the sink's state ends with; 0 for nothing.</param>
    /// <param name="known">The highest commit that a snapshot was seen to have been made at, which was durable then; 0 for none.</param>
    /// <param name="sink">Takes the frames.</param>
    /// <param name="cancellationToken">Looked at once a frame.</param>
    public JournalOutcome Replay(ulong sequence, ulong known, IJournalSink sink, CancellationToken cancellationToken) =>
        new JournalWalk(this, sequence, known, sink).Run(cancellationToken);

    /// <summary>
    /// Returns when segments that were read are on the device. What a process left to the kernel when it ended is not there yet, and what builds on it from now on must not
    /// outlast it.
    /// </summary>
    /// <exception cref="IOException">The device did not take it.</exception>
    public void Flush(IEnumerable<SegmentFile> segments)
    {
        foreach (var segment in segments)
        {
            using var file = fileSystem.OpenRead(GetPath(segment));
            file.FlushData();
        }
    }

    /// <summary>Reads what a first page says.</summary>
    public SegmentFile ReadHeader(JournalFile file)
    {
        using var handle = fileSystem.OpenRead(Path.Combine(directory.DirectoryPath, file.FileName));
        Span<byte> page = stackalloc byte[JournalSegmentHeader.Length];
        page = page[..handle.Read(page, 0)];
        if (!JournalSegmentHeader.TryRead(page, out var header, out var reason))
        {
            if (JournalSegmentHeader.IsOfLaterVersion(page))
            {
                // No damage, and nothing to be set aside: whoever wrote it reads it.
                throw new KvStoreCorruptedException(
                    Path.Combine(directory.DirectoryPath, file.FileName), 8, $"{reason}. A later version of this library wrote it: open the store with that one. Nothing was changed.");
            }

            return new(file, null, reason);
        }

        reason = header.Ordinal != file.Ordinal ? string.Create(CultureInfo.InvariantCulture, $"its header says that it is segment {header.Ordinal}, not the one that its name says")
            : header.Start < header.Continues ? string.Create(CultureInfo.InvariantCulture, $"its header says that it begins behind commit {header.Start}, before {header.Continues}, which it continues")
            : null;
        return new(file, reason is null ? header : null, reason);
    }
}
