using System.Text;
using SnapshotKv.Blobs;
using SnapshotKv.Engine;
using SnapshotKv.FileSystem;
using SnapshotKv.Journal;
using SnapshotKv.Keyspace;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Journal;

/// <summary>What replaying a journal onto nothing, or onto some entries, comes to, without a store around it.</summary>
internal sealed record ReplayedState(string Entries, JournalOutcome Outcome, BlobLedger Ledger, IReadOnlyDictionary<string, string> Serializers)
{
    public static ReplayedState Of(IFileSystem files, ulong sequence = 0, IEnumerable<Record>? loaded = null, ulong known = 0)
    {
        var table = new RecordTable();
        foreach (var record in loaded ?? [])
        {
            record.SetSequence(sequence);
            table.Put(record);
        }

        var ledger = new BlobLedger();
        var serializers = new Dictionary<string, string>(StringComparer.Ordinal);
        var reader = new JournalReader(files, new JournalDirectory(files, "/data"));
        var outcome = reader.Replay(sequence, known, new JournalReplay(table, ledger, serializers, sequence), TestContext.Current.CancellationToken);
        return new(Describe(table), outcome, ledger, serializers);
    }

    public static string Describe(RecordTable table)
    {
        var slots = new TableShard.Slot[table.SlotCount];
        return string.Join(' ', slots[..table.CopySlots(slots)]
            .Where(slot => slot.Value is not null)
            .Select(slot => new Record((byte[])slot.Value!))
            .Select(record => $"{Encoding.UTF8.GetString(record.Key)}={Convert.ToHexString(record.Value)}@{record.Sequence}{(record.Deadline == 0 ? "" : $"~{record.Deadline}")}")
            .Order(StringComparer.Ordinal));
    }
}
