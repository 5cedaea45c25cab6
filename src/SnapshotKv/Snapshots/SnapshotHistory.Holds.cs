using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <content>The snapshots that frames of the journal need.</content>
internal sealed partial class SnapshotHistory
{
    /// <summary>Stands for a frame that has no number yet, because its commit is being prepared.</summary>
    public const ulong InProgress = ulong.MaxValue;

    /// <summary>
    /// Keeps a snapshot for a frame of the journal. Before the frame is written: with <see cref="InProgress"/>. Afterwards with its number, which is
    /// written to the disk or, where that refuses, with the next change or save: what an ended process left in progress is kept by whoever opens the directory next.
    /// </summary>
    /// <param name="fileName">The name of the snapshot's file.</param>
    /// <param name="sequence">The frame's number.</param>
    /// <returns>In progress: whether the hold is the caller's to abandon. It is not when an earlier attempt has left one, whose frame may be on the disk.</returns>
    /// <exception cref="KvSnapshotException">In progress only: there is no such snapshot any more.</exception>
    /// <exception cref="KvStoreUnavailableException">In progress only: the disk refused it, and the frame must not be written.</exception>
    public bool Hold(string fileName, ulong sequence)
    {
        lock (_lock)
        {
            if (sequence == InProgress)
            {
                _ = Find(fileName) ?? throw KvSnapshotException.NotFound(fileName);
                if (_document.Holds.Any(hold => hold.Snapshot == fileName && hold.Sequence is null))
                {
                    return false;
                }

                Write(WithHolds([.. _document.Holds, new(fileName, null)]));
                return true;
            }

            // A later frame needs it for longer; one hold is enough.
            var others = _document.Holds.Where(hold => hold.Snapshot != fileName);
            var latest = _document.Holds.Where(hold => hold.Snapshot == fileName).Max(static hold => hold.Sequence) ?? 0;
            WriteLater(WithHolds([.. others, new(fileName, Math.Max(latest, sequence))]));
            return false;
        }
    }

    /// <summary>A frame that a snapshot was kept for is not written after all.</summary>
    public void AbandonHold(string fileName)
    {
        lock (_lock)
        {
            WriteLater(WithHolds([.. _document.Holds.Where(hold => hold.Snapshot != fileName || hold.Sequence is not null)]));
        }
    }

    /// <summary>Lets go of the snapshots that only frames need which the journal has no more use for. What is in progress stays.</summary>
    /// <param name="keptFrom">The commit behind which the journal is kept; the highest number when there is no journal.</param>
    public void ReleaseHolds(ulong keptFrom)
    {
        lock (_lock)
        {
            if (_isUnwritten || _document.Holds.Any(IsOver))
            {
                WriteLater(WithHolds([.. _document.Holds.Where(hold => !IsOver(hold))]));
            }
        }

        bool IsOver(HistoryHold hold) => hold.Sequence <= keptFrom;
    }

    private HistoryDocument WithHolds(IReadOnlyList<HistoryHold> holds) => _document with { Holds = holds };
}
