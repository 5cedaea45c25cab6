using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>
/// Opens what a directory holds: the newest snapshot that can be read. Damaged newer ones are set aside with the reason, but only once an older one has
/// been read: when none can be, nothing is touched and opening fails.
/// </summary>
internal sealed class StoreRecovery(
    SnapshotCatalog catalog,
    SnapshotReader reader,
    SnapshotKvOptions options,
    ValueConverter converter,
    ILogger logger)
{
    /// <summary>
    /// By how much the sequence goes on behind the numbers in files when the clock was set back, so that it does not lead beyond them. No store makes as many
    /// commits between two snapshots.
    /// </summary>
    private const ulong SequenceGap = 1UL << 32;

    /// <summary>
    /// A store opens with this many numbers, as a power of two, for each millisecond since 1970: a crash loses the commits since the last snapshot, of which
    /// no file tells, and whoever holds a version of one of them must not find it given to another. No store makes so many in a millisecond, so an
    /// opening at a later time is beyond them all.
    /// </summary>
    private const int BitsPerMillisecond = 16;

    /// <summary>What a clock may say before it is taken for nonsense: the year 2527.</summary>
    private const ulong LargestByTime = 1UL << 60;

    /// <summary>
    /// The largest number that is gone on from. A file that was tampered with may have one so large that what comes behind it could not be read again; the
    /// numbers then begin anew.
    /// </summary>
    private const ulong LargestGoneOnFrom = 1UL << 61;

    private const int MostKeysNamed = 10;

    private const int CurrentVersion = 2;

    public RecoveredStore Recover(CancellationToken cancellationToken)
    {
        var listing = catalog.List();
        if (listing.Ignored.Count > 0)
        {
            logger.ForeignFilesIgnored(listing.Ignored.Count, string.Join(", ", listing.Ignored));
        }

        var damaged = new List<(SnapshotInfo Snapshot, KvStoreCorruptedException Damage)>();
        foreach (var snapshot in listing.Candidates.Select(file => file.ToInfo()))
        {
            var sink = new TableSink();
            try
            {
                var header = reader.Read(catalog.GetPath(snapshot.FileName), options.MaxSnapshotBytes, sink, cancellationToken);
                var sequence = header.Sequence is { } own && damaged.Count == 0 ? Beyond(own) : NextSequence(listing, cancellationToken);
                return Finish(snapshot, header, sink, sequence, damaged, listing.Ignored);
            }
            catch (KvStoreCorruptedException exception) when (exception is not SnapshotTooLargeException)
            {
                damaged.Add((snapshot, exception));
            }
        }

        return damaged.Count == 0
            ? RecoveredStore.Empty(new KvRecoveryReport(null, [], listing.Ignored)) with { Sequence = Beyond(0) }
            : throw NothingReadable(damaged);
    }

    private RecoveredStore Finish(
        SnapshotInfo snapshot,
        SnapshotHeader header,
        TableSink sink,
        ulong sequence,
        List<(SnapshotInfo Snapshot, KvStoreCorruptedException Damage)> damaged,
        IReadOnlyList<string> ignored)
    {
        var table = sink.ToTable();
        var isRewriteDue = header.Format != options.Format || header.InlineValues || header.Version < CurrentVersion;
        if (header.Format != options.Format)
        {
            table = Convert(snapshot, table);
        }

        if (snapshot.Time - options.TimeProvider.GetLocalNow().DateTime > TimeSpan.FromDays(1))
        {
            logger.SnapshotFromTheFuture(snapshot.FileName);
        }

        var problems = damaged.ConvertAll(item => SetAside(item.Snapshot, item.Damage));
        if (problems.Count > 0)
        {
            logger.SnapshotFellBack(snapshot.FileName, problems.Count);
        }

        return new(table, sequence, new KvRecoveryReport(snapshot, problems, ignored), header, sink.HasBlobs, isRewriteDue);
    }

    /// <summary>
    /// Where the numbers go on after a damaged snapshot, or after one that Go wrote: behind every number that stands in a file that can still be read, with
    /// room for those that stood in one that cannot.
    /// </summary>
    private ulong NextSequence(SnapshotListing listing, CancellationToken cancellationToken)
    {
        ulong highest = 0;
        foreach (var file in listing.Candidates)
        {
            try
            {
                var header = reader.Read(catalog.GetPath(file.FileName), options.MaxSnapshotBytes, NoSink.Instance, cancellationToken);
                highest = Math.Max(highest, header.Sequence ?? 0);
            }
            catch (KvStoreCorruptedException)
            {
                // The gap stands for it.
            }
        }

        return Beyond(highest);
    }

    /// <summary>A number beyond those in files, and beyond all that were given since and saved in none.</summary>
    private ulong Beyond(ulong highest)
    {
        // Not both: behind a gap, two openings one after the other from the same file would come to the same number.
        var byTime = (ulong)Math.Max(options.TimeProvider.GetUtcNow().ToUnixTimeMilliseconds(), 0) << BitsPerMillisecond;
        byTime = byTime > LargestByTime ? 0 : byTime;
        return highest > LargestGoneOnFrom ? Math.Max(byTime, SequenceGap)
            : byTime > highest ? byTime
            : highest + SequenceGap;
    }

    private KvRecoveryProblem SetAside(SnapshotInfo snapshot, KvStoreCorruptedException damage)
    {
        string? movedTo = null;
        try
        {
            movedTo = catalog.Quarantine(snapshot.FileName, damage.Message);
            logger.SnapshotQuarantined(snapshot.FileName, movedTo, damage.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or KvStoreUnavailableException)
        {
            // It stays where it is and is passed over again next time; the report says so.
            logger.SnapshotQuarantined(snapshot.FileName, $"nowhere ({exception.Message})", damage.Message);
        }

        return new(snapshot.FileName, damage.Message, movedTo);
    }

    /// <summary>Rewrites all values in the store's format, or refuses with the keys whose values have no form in it.</summary>
    private RecordTable Convert(SnapshotInfo snapshot, RecordTable table)
    {
        var converted = new RecordTable();
        converted.Reserve(table.Count);
        var slots = new TableShard.Slot[table.SlotCount];
        var slotCount = table.CopySlots(slots);
        var refused = new List<string>();
        var refusedCount = 0;
        var buffer = new ArrayBufferWriter<byte>();
        foreach (ref var slot in slots.AsSpan(0, slotCount))
        {
            if (slot.Value is null)
            {
                continue;
            }

            var record = new Record((byte[])slot.Value);
            buffer.ResetWrittenCount();
            try
            {
                converter(record.Value, buffer);
                converted.Put(WithValue(record, buffer.WrittenSpan));
            }
            catch (KvSerializationException exception)
            {
                refusedCount++;
                if (refused.Count < MostKeysNamed)
                {
                    refused.Add($"'{System.Text.Encoding.UTF8.GetString(record.Key)}' ({exception.Message})");
                }
            }
        }

        if (refusedCount > 0)
        {
            var others = refusedCount > refused.Count ? string.Create(CultureInfo.InvariantCulture, $" and {refusedCount - refused.Count} more") : string.Empty;
            throw new KvSerializationException(
                $"Snapshot '{catalog.GetPath(snapshot.FileName)}' cannot be opened with {nameof(SnapshotKvOptions.Format)} = {options.Format}: {refusedCount} of its values have no form in it: {string.Join(", ", refused)}{others}. Nothing was changed; open the directory with its own format.");
        }

        logger.SnapshotConverted(converted.Count, snapshot.FileName, options.Format);
        return converted;
    }

    private Record WithValue(Record record, ReadOnlySpan<byte> value)
    {
        var parts = new RecordParts
        {
            Key = record.Key,
            Value = value,
            Deadline = record.Deadline,
            Sequence = record.Sequence,
            SlidingWindow = record.SlidingWindow,
            Cap = record.Cap,
            BlobReference = record.BlobReference,
            Tags = record.Tags,
            Flags = (record.Flags & RecordFlags.OpaqueKey) | (options.Format == KvFormat.Json ? RecordFlags.Json : RecordFlags.None),
        };
        return Record.Create(parts);
    }

    private static KvStoreCorruptedException NothingReadable(List<(SnapshotInfo Snapshot, KvStoreCorruptedException Damage)> damaged) => new(
        string.Create(CultureInfo.InvariantCulture, $"None of the {damaged.Count} snapshots can be read, so the store is not opened and nothing was changed: ")
            + string.Join(" ", damaged.Select(item => item.Damage.Message.TrimEnd('.') + "."))
            + " Restore a snapshot from a backup, or move these files away to begin anew.",
        damaged[0].Damage);
}
