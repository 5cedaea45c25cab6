using SnapshotKv.Blobs;
using SnapshotKv.Journal;
using SnapshotKv.Keyspace;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>What opening a directory found. Nothing on the disk has been changed yet.</summary>
/// <param name="Table">The entries.</param>
/// <param name="Sequence">The last sequence number in use.</param>
/// <param name="Report">What there was, what was damaged, what was left alone.</param>
/// <param name="Header">What the loaded snapshot says of itself; null when there was none.</param>
/// <param name="IsSaveDue">Whether no snapshot holds the entries as they are: the file is of another format or an older version than what the store writes, or the journal brought something.</param>
internal sealed record RecoveredStore(RecordTable Table, ulong Sequence, KvRecoveryReport Report, SnapshotHeader? Header, bool IsSaveDue)
{
    /// <summary>The last commit of the state that was found; <see cref="Sequence"/> may be ahead of it.</summary>
    public ulong Continues { get; init; } = Header?.Sequence ?? 0;

    /// <summary>The segments of the journal that there are, in their order.</summary>
    public IReadOnlyList<ClosedSegment> Segments { get; init; } = [];

    /// <summary>The highest ordinal that any segment ever seen has.</summary>
    public ulong LastOrdinal { get; init; }

    /// <summary>Who refers to which blob.</summary>
    public BlobLedger Ledger { get; init; } = new();

    /// <summary>The serializer of each prefix.</summary>
    public IReadOnlyDictionary<string, string> Serializers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What is to be done with the files before anybody is let in; null for nothing.</summary>
    public Possession? Possession { get; init; }

    /// <summary>A store that begins empty.</summary>
    public static RecoveredStore Empty(KvRecoveryReport report) => new(new RecordTable(), 0, report, Header: null, IsSaveDue: false);
}
