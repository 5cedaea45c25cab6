using SnapshotKv.Blobs;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>Looks into the snapshots on disk for the sake of blobs. Thread-safe.</summary>
/// <param name="catalog">The files.</param>
/// <param name="reader">Reads them.</param>
/// <param name="heads">Their beginnings.</param>
/// <param name="maxSnapshotBytes">The most bytes that one may hold once decompressed.</param>
internal sealed class RetainedSnapshots(SnapshotCatalog catalog, SnapshotReader reader, SnapshotHeads heads, long maxSnapshotBytes) : IRetainedSnapshots
{
    /// <summary>What the names of the journal's segments end with; this layer lies below the journal.</summary>
    private const string SegmentSuffix = ".journal";

    public ulong[] ReadSequences()
    {
        var files = catalog.List().Candidates;
        heads.Keep(files);
        var sequences = new List<ulong>(files.Count);
        foreach (var file in files)
        {
            if (TryReadSequence(file, out var sequence))
            {
                sequences.Add(sequence);
            }
        }

        return [.. sequences.Order()];
    }

    public HashSet<BlobId> FindReferredTo(IReadOnlySet<BlobId> candidates, CancellationToken cancellationToken)
    {
        var sink = new ReferenceSink(candidates);
        foreach (var file in catalog.List().Candidates)
        {
            try
            {
                reader.Read(catalog.GetPath(file.FileName), maxSnapshotBytes, sink, cancellationToken);
            }
            catch (FileNotFoundException)
            {
                // Deleted by a save meanwhile: it needs nothing any more.
            }
        }

        return sink.Found;
    }

    /// <summary>Why orphans must not be swept.</summary>
    /// <param name="report">What opening found.</param>
    public BlobHold GetHold(KvRecoveryReport report) => report.FellBack ? BlobHold.FellBack
        : report.HasLostCommits ? BlobHold.LostCommits
        : catalog.Quarantine.List().Any(entry => IsOfStore(entry.Name)) ? BlobHold.Quarantine
        : report.LoadedSnapshot is null && report.ReplayedCommits == 0 ? BlobHold.NothingLoaded
        : BlobHold.None;

    /// <summary>Whether a file that is set aside is a snapshot or a segment, under its name or with a number behind it.</summary>
    private static bool IsOfStore(string name) => name.StartsWith(SnapshotName.Prefix, StringComparison.Ordinal) || name.Contains(SegmentSuffix, StringComparison.Ordinal);

    private bool TryReadSequence(SnapshotFile file, out ulong sequence)
    {
        sequence = 0;
        try
        {
            sequence = heads.Read(file).Sequence ?? 0;
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (KvStoreCorruptedException) when (!file.Name.IsOurs)
        {
            // Of a codec that only its own Go program can read, and Go knows no numbers.
            return true;
        }
    }

    /// <summary>Keeps what is referred to; a file that is read again adds what it added before.</summary>
    private sealed class ReferenceSink(IReadOnlySet<BlobId> candidates) : ISnapshotSink
    {
        public HashSet<BlobId> Found { get; } = [];

        public void Expect(int count)
        {
        }

        public void Add(Record record)
        {
            if ((record.Flags & RecordFlags.Blob) != 0 && BlobId.TryParse(record.BlobReference, out var id) && candidates.Contains(id))
            {
                Found.Add(id);
            }
        }

        public void Restart()
        {
        }
    }
}
