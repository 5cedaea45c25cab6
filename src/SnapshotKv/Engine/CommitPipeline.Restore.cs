using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <content>
/// Restores: a second table is built beside the writers, what they commit meanwhile is brought over, and in the gate the one takes the place of the other. So the gate is held for what was
/// committed in the last moment, not for the entries.
/// </content>
internal sealed partial class CommitPipeline
{
    /// <summary>So few changes are taken over in the gate: some tens of microseconds.</summary>
    private const int FewChanges = 256;

    /// <summary>So often what was changed meanwhile is taken over outside of the gate; writers who are faster than that are waited for inside it.</summary>
    private const int MostRounds = 8;

    /// <summary>Gate: what a restore that is being prepared must be told of; null while there is none.</summary>
    private RestoreBacklog? _backlog;

    /// <summary>Builds the table of a restore from the live one. Writers go on; <see cref="EndRestore"/> must follow, however it ends.</summary>
    public void BuildRestore(PreparedRestore restore)
    {
        if (restore.Scope.IsEverything)
        {
            restore.Build([]);
            return;
        }

        var records = Capture(() =>
        {
            ThrowIfClosed();
            _backlog = restore.BeginBacklog();
        });

        restore.Build(records);
        CatchUp(restore);
    }

    /// <summary>Brings the table of a restore nearly up to date. Writers go on.</summary>
    public void CatchUp(PreparedRestore restore)
    {
        for (var round = 0; round < MostRounds && restore.Backlog is { } backlog && TakeChanges(backlog) is { } changes; round++)
        {
            restore.CatchUp(changes);
        }
    }

    /// <summary>Commits a restore.</summary>
    /// <param name="restore">What was built.</param>
    /// <param name="isDirect">See <see cref="TrySet"/>.</param>
    /// <param name="mayBuildInGate">Whether, when too much was changed, the table is built with the writers waiting: the last resort.</param>
    /// <param name="isStillWanted">In the gate: whether it is to be committed after all; if not, it is outdated.</param>
    /// <param name="number">The commit's number.</param>
    public RestoreStep TryRestore(PreparedRestore restore, bool isDirect, bool mayBuildInGate, Func<bool> isStillWanted, out ulong number)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            number = _sequence;
            var isOutdated = restore.Backlog?.IsLost == true;
            if ((isOutdated && !mayBuildInGate) || !isStillWanted() || (restore.References.Count > 0 && restore.RecalledAt != Blobs.Clearings))
            {
                return RestoreStep.Outdated;
            }

            if (_journal is not null && !_journal.TryReserve(restore.Frame.Length))
            {
                return RestoreStep.NoRoom;
            }

            if (isOutdated)
            {
                restore.Build(Table.EnumerateRecords());
            }
            else if (restore.Backlog is { } backlog)
            {
                restore.CatchUp(backlog.Take());
            }

            restore.IsBegun = true;
            _journal?.Append(JournalFrameKind.Restore, _sequence + 1, restore.Frame, Crc32C.Of(restore.Frame), isDirect);
            number = NextSequence();
            ReplaceInGate(restore.Table, restore.Scope.Prefix, number);
            return RestoreStep.Committed;
        }
    }

    /// <summary>A restore that was begun has ended: nobody needs to be told of changes any more.</summary>
    public void EndRestore()
    {
        lock (_gate)
        {
            _backlog = null;
        }
    }

    /// <summary>The order matters to those who read meanwhile: each must be warned before he can meet what he is warned of.</summary>
    private void ReplaceInGate(RecordTable table, byte[] prefix, ulong number)
    {
        if (_log.IsKept)
        {
            _log.NoteAll();
        }

        Versions.Settle(number);
        _keys.Drop();
        _tags.Drop();
        Table.ReplaceWith(table);
        if (Feed.IsWatched)
        {
            Feed.Note(KvChangeKind.Reset, prefix, number);
        }
    }

    /// <returns>What was changed since the last time; null when it is so little that the gate may be held for it, or more than could be kept.</returns>
    private IReadOnlyList<RestoreBacklog.Change>? TakeChanges(RestoreBacklog backlog)
    {
        lock (_gate)
        {
            return backlog.IsLost || backlog.Count <= FewChanges ? null : backlog.Take();
        }
    }
}
