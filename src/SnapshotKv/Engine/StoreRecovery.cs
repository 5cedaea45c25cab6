using System.Globalization;
using Microsoft.Extensions.Logging;
using SnapshotKv.Blobs;
using SnapshotKv.Diagnostics;
using SnapshotKv.Format;
using SnapshotKv.Journal;
using SnapshotKv.Keyspace;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>
/// Puts together what a directory holds: the newest snapshot that can be read, and the journal after it. Changes nothing on the disk; what is to be moved away
/// is listed in the <see cref="Possession"/>. docs/formats/journal.md has the rules.
/// </summary>
internal sealed partial class StoreRecovery(
    SnapshotCatalog catalog,
    SnapshotReader reader,
    JournalReader journal,
    SnapshotKvOptions options,
    ValueConverter converter,
    ILogger logger)
{
    private const int CurrentVersion = 2;

    /// <exception cref="KvStoreCorruptedException">Nothing can be read, or something is damaged and <see cref="SnapshotKvOptions.Recovery"/> is strict.</exception>
    /// <exception cref="KvSerializationException">Values have no form in the store's format.</exception>
    public RecoveredStore Recover(CancellationToken cancellationToken)
    {
        var (found, table, ledger, serializers, replay, loss, outcome) = PutTogether(cancellationToken);
        RefuseWithoutBeginning(found, outcome);
        if (options.Recovery == KvRecoveryMode.Strict)
        {
            RefuseDamage(found, outcome);
        }

        var needsConversion = NeedsConversion(found, replay);
        if (needsConversion)
        {
            table = new TableConverter(options.Format, converter, logger).Convert(table, GetSource(found));
        }

        // A snapshot of ours with all that was found makes an end of what the journal cannot be built upon.
        var isRewriteDue = needsConversion || found.Header is { } h && (h.InlineValues || h.Version < CurrentVersion);
        var sequence = SequenceNumbers.Beyond(Math.Max(outcome.Highest, loss.Highest), options.TimeProvider.GetUtcNow());
        var plan = new PossessionPlan(journal, found, outcome, catalog.Quarantine.ListAnnounced());
        var isJournaled = options.Durability != KvDurability.Snapshot || journal.Segments.Count > 0;

        // Nothing can go on from Go's snapshot, which has no number, nor from a number behind which the numbers began anew.
        var beginsAnew = found.IsForeign || sequence < outcome.LastCommit;
        var mustSave = plan.IsAnySegment || (isJournaled && (beginsAnew || isRewriteDue)) || !TryFlush(found, outcome);
        Warn(found);
        return new(table, sequence, Report(found, outcome, loss, plan), found.Header, isRewriteDue || mustSave || replay.HasChanged)
        {
            Continues = beginsAnew ? sequence : outcome.LastCommit,
            Segments = plan.Kept,
            LastOrdinal = journal.GetHighestOrdinal(catalog.Quarantine.ListNames()),
            Ledger = ledger,
            Serializers = serializers,
            Possession = plan.ToPossession(mustSave),
        };
    }

    private (FoundSnapshots Found, RecordTable Table, BlobLedger Ledger, Dictionary<string, string> Serializers, JournalReplay Replay, LossFinder Loss, JournalOutcome Outcome) PutTogether(
        CancellationToken cancellationToken)
    {
        var found = FindSnapshot(cancellationToken);
        var ledger = BlobLedger.Load(found.Header?.Extras.Blobs ?? [], found.Entries.References, found.Sequence);
        var serializers = new Dictionary<string, string>(found.Header?.Extras.Serializers ?? SnapshotExtras.None.Serializers, StringComparer.Ordinal);
        var table = found.Entries.ToTable();
        var replay = new JournalReplay(table, ledger, serializers, found.Sequence, new RestoreSource(catalog, reader, options, cancellationToken));
        var loss = new LossFinder(catalog, reader, options.MaxSnapshotBytes, found, hasJournal: journal.Segments.Count > 0);
        var outcome = journal.Segments.Count == 0 ? JournalOutcome.Nothing(found.Sequence) with { MissingThrough = loss.Known > found.Sequence ? loss.Known : 0 }
            : found.IsForeign ? journal.Replay(loss.NewestOfOurs, 0, NoJournalSink.Instance, cancellationToken)
            : journal.Replay(found.Sequence, loss.Known, replay, cancellationToken);
        return (found, table, ledger, serializers, replay, loss, outcome);
    }

    private bool NeedsConversion(FoundSnapshots found, JournalReplay replay) =>
        (found.Header is { } header && header.Format != options.Format) || replay.HasOther(options.Format);

    /// <summary>Has the device take what a process left to the kernel when it ended: what builds on it from now on must not outlast it.</summary>
    /// <returns>Whether that was possible; if not, a snapshot must take its place.</returns>
    private bool TryFlush(FoundSnapshots found, JournalOutcome outcome)
    {
        if (found.Loaded is not null && options.Durability != KvDurability.Snapshot)
        {
            catalog.FlushNames();
        }

        if (outcome.Taken.Count > 0 && OperatingSystem.IsWindows())
        {
            // There only who may write a file may flush it, and nobody writes into segments of an earlier opening.
            return false;
        }

        journal.Flush(outcome.Taken);
        return true;
    }

    private FoundSnapshots FindSnapshot(CancellationToken cancellationToken)
    {
        var listing = catalog.List();
        var damaged = new List<(SnapshotInfo Snapshot, KvStoreCorruptedException Damage)>();
        foreach (var file in listing.Candidates)
        {
            var snapshot = file.ToInfo();
            var sink = new TableSink();
            try
            {
                var header = reader.Read(catalog.GetPath(snapshot.FileName), options.MaxSnapshotBytes, sink, cancellationToken);
                return new(listing, SnapshotHead.Of(header).Describe(file), header, sink, damaged);
            }
            catch (KvStoreCorruptedException exception) when (exception is not SnapshotTooLargeException)
            {
                damaged.Add((snapshot, exception));
            }
        }

        return new(listing, null, null, new TableSink(), damaged);
    }

    /// <summary>Without a snapshot there must be a journal from the first commit on, or nothing at all: to begin empty would be to lose everything in silence.</summary>
    private void RefuseWithoutBeginning(FoundSnapshots found, JournalOutcome outcome)
    {
        if (found.Loaded is not null || (found.Damaged.Count == 0 && journal.Segments.Count == 0))
        {
            return;
        }

        if (found.Damaged.Count > 0 && (outcome.Commits == 0 || outcome.Break is not null))
        {
            throw NothingReadable(found.Damaged);
        }

        if (found.Damaged.Count == 0 && outcome is { Commits: 0, Break: { } end })
        {
            throw new KvStoreCorruptedException(
                journal.GetPath(end.Segment),
                end.Offset,
                $"{end.Reason}. There is no snapshot, and the journal has nothing to begin with before that, so the store is not opened and nothing was changed. Put the snapshots back that belong to it or restore a backup, or move the journal's files away to begin anew.");
        }
    }

    private void RefuseDamage(FoundSnapshots found, JournalOutcome outcome)
    {
        const string Advice = " Nothing was changed. Restore a backup, or open with Recovery = LastGood, which goes back to the newest state that can be put together and sets the damaged files aside.";
        if (found.Damaged.Count > 0)
        {
            var (snapshot, damage) = found.Damaged[0];
            throw new KvStoreCorruptedException(catalog.GetPath(snapshot.FileName), damage.Offset, (damage.Reason ?? damage.Message).TrimEnd('.') + "." + Advice, damage);
        }

        if ((outcome.Break ?? (outcome.Blemishes is [var first, ..] ? first : null)) is { } spot && !found.IsForeign)
        {
            throw new KvStoreCorruptedException(journal.GetPath(spot.Segment), spot.Offset, spot.Reason.TrimEnd('.') + "." + Advice);
        }
    }

    private void Warn(FoundSnapshots found)
    {
        if (found.Listing.Ignored.Count > 0)
        {
            logger.ForeignFilesIgnored(found.Listing.Ignored.Count, string.Join(", ", found.Listing.Ignored));
        }

        if (found.Loaded is { } loaded && loaded.Time - options.TimeProvider.GetLocalNow().DateTime > TimeSpan.FromDays(1))
        {
            logger.SnapshotFromTheFuture(loaded.FileName);
        }
    }

    private static KvRecoveryReport Report(FoundSnapshots found, JournalOutcome outcome, LossFinder loss, PossessionPlan plan)
    {
        var (isLost, missing) = loss.Judge(outcome);
        return new(found.Loaded, plan.Snapshots, found.Listing.Ignored)
        {
            ReplayedCommits = found.IsForeign ? 0 : outcome.Commits,
            TornTail = outcome.TornTail is { } tail && !found.IsForeign ? new(tail.Segment.File.FileName, tail.Offset, outcome.TornBytes, outcome.FramesBehind) : null,
            JournalProblems = plan.Segments,
            MissingCommits = missing,
            GoWroteAfterUs = found.IsForeign && loss.HasWorkedHere,
            HasLostCommits = isLost,
        };
    }

    private string GetSource(FoundSnapshots found) => found.Loaded is { } loaded ? catalog.GetPath(loaded.FileName) : journal.DirectoryPath;

    private static KvStoreCorruptedException NothingReadable(IReadOnlyList<(SnapshotInfo Snapshot, KvStoreCorruptedException Damage)> damaged) => new(
        string.Create(CultureInfo.InvariantCulture, $"None of the {damaged.Count} snapshots can be read, so the store is not opened and nothing was changed: ")
            + string.Join(" ", damaged.Select(item => item.Damage.Message.TrimEnd('.') + "."))
            + " Restore a snapshot from a backup, or move these files away to begin anew.",
        damaged[0].Damage);
}
