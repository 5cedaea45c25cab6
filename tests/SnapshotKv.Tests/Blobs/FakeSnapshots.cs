using SnapshotKv.Blobs;

namespace SnapshotKv.Tests.Blobs;

/// <summary>Snapshots of which only numbers and references are told, and how often somebody looked.</summary>
internal sealed class FakeSnapshots(params (ulong Sequence, IReadOnlyCollection<BlobId> References)[] snapshots) : IRetainedSnapshots
{
    public int Reads { get; private set; }

    public int SequenceReads { get; private set; }

    /// <summary>What reading throws; null for nothing.</summary>
    public Exception? Failure { get; set; }

    public ulong[] ReadSequences()
    {
        SequenceReads++;
        return Failure is null ? [.. snapshots.Select(snapshot => snapshot.Sequence).Order()] : throw Failure;
    }

    public HashSet<BlobId> FindReferredTo(IReadOnlySet<BlobId> candidates, CancellationToken cancellationToken)
    {
        Reads++;
        return Failure is null ? [.. snapshots.SelectMany(snapshot => snapshot.References).Where(candidates.Contains)] : throw Failure;
    }
}
