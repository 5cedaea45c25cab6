using System.Globalization;
using SnapshotKv.Journal;

namespace SnapshotKv.Engine;

/// <content>Reading a directory that somebody else owns, and may be writing just now.</content>
internal sealed partial class StoreRecovery
{
    /// <summary>Puts together what the directory holds as an opening does, and does nothing else: nothing is flushed, planned or noted.</summary>
    /// <exception cref="KvStoreCorruptedException">Nothing can be read, or something is damaged and <see cref="SnapshotKvOptions.Recovery"/> is strict.</exception>
    /// <exception cref="KvSerializationException">Values have no form in the follower's format.</exception>
    /// <exception cref="IOException">The disk refused it, or what was just listed has been deleted since.</exception>
    public FollowedState Look(CancellationToken cancellationToken)
    {
        var (found, table, _, serializers, replay, loss, outcome) = PutTogether(cancellationToken);
        RefuseWithoutBeginning(found, outcome);
        if (options.Recovery == KvRecoveryMode.Strict)
        {
            RefuseDamage(found, outcome);
        }

        if (NeedsConversion(found, replay))
        {
            table = new TableConverter(options.Format, converter, logger).Convert(table, GetSource(found));
        }

        var spot = found.IsForeign ? null : outcome.Break ?? (outcome.Blemishes is [var first, ..] ? first : null);
        return new(found, table, serializers, replay.Settled, outcome, found.IsForeign ? Math.Max(outcome.Highest, loss.Highest) : outcome.LastCommit)
        {
            IsEmpty = found.Loaded is null && journal.Segments.Count == 0,
            JournalProblem = !found.IsForeign && outcome.Break is { } end ? Describe(end, outcome.LastCommit) : null,
            SnapshotProblem = found.Damaged is [var (snapshot, damage), ..] ? $"the newest snapshot, '{snapshot.FileName}', cannot be read: {(damage.Reason ?? damage.Message).TrimEnd('.')}" : null,
            Doubt = spot is null ? null : string.Create(CultureInfo.InvariantCulture, $"{spot.Segment.File.Ordinal} {spot.Offset} {outcome.LastCommit} {spot.Reason}"),
        };
    }

    private static string Describe(JournalSpot end, ulong last) => string.Create(
        CultureInfo.InvariantCulture,
        $"the journal is damaged in '{end.Segment.File.FileName}' at byte {end.Offset}, behind commit {last}: {end.Reason.TrimEnd('.')}; what the owner has written since comes with its next snapshot");
}
