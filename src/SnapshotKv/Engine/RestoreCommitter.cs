namespace SnapshotKv.Engine;

/// <summary>Commits prepared restores: builds the second table beside the writers, anew where they were too many, makes room in the journal, and sees to the blobs of what is restored.</summary>
/// <remarks>For one restore at a time.</remarks>
internal sealed class RestoreCommitter(CommitPipeline pipeline, MaintenanceRunner maintenance, JournalRoom? room, SnapshotKvOptions settings)
{
    /// <summary>So often the table is built anew when too much was changed meanwhile. Then it is built while the writers wait.</summary>
    private const int MostBuilds = 4;

    /// <summary>Commits a restore.</summary>
    /// <param name="restore">What was prepared.</param>
    /// <param name="isStillWanted">Asked in the gate: whether it is to be committed after all.</param>
    /// <param name="number">The commit's number.</param>
    /// <returns>False when it must be prepared anew.</returns>
    public bool TryCommit(PreparedRestore restore, Func<bool> isStillWanted, out ulong number)
    {
        // Before the commit, and not in the gate: they only count as referred to for a while longer, whatever becomes of it.
        restore.RecalledAt = pipeline.Blobs.Recall(restore.References);
        var isCommitted = false;
        try
        {
            isCommitted = TryCommitBuilt(restore, isStillWanted, out number);
            return isCommitted;
        }
        finally
        {
            pipeline.EndRestore();
            if (!isCommitted)
            {
                pipeline.Blobs.Retire(restore.References, pipeline.Sequence + 1, restore.RecalledAt);
            }
        }
    }

    private bool TryCommitBuilt(PreparedRestore restore, Func<bool> isStillWanted, out ulong number)
    {
        for (var build = 1; ; build++)
        {
            pipeline.BuildRestore(restore);
            for (var attempt = 0; ; attempt++)
            {
                var step = pipeline.TryRestore(restore, settings.Durability == KvDurability.Disk, build >= MostBuilds, isStillWanted, out number);
                if (step == RestoreStep.Committed)
                {
                    return true;
                }

                if (step == RestoreStep.Outdated)
                {
                    break;
                }

                // Those who watch may restore or close, and would wait for this turn.
                room!.Make(attempt, maintenance.Queue);
                pipeline.CatchUp(restore);
            }

            if (!isStillWanted())
            {
                return false;
            }

            if (restore.RecalledAt != pipeline.Blobs.Clearings)
            {
                // The store was cleared, and what is restored with it.
                restore.RecalledAt = pipeline.Blobs.Recall(restore.References);
            }
        }
    }
}
