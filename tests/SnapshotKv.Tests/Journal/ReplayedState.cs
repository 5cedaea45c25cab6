using System.Text;
using SnapshotKv.Blobs;
using SnapshotKv.Engine;
using SnapshotKv.FileSystem;
using SnapshotKv.Format;
using SnapshotKv.Journal;
using SnapshotKv.Keyspace;
using SnapshotKv.Snapshots;
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
        var outcome = reader.Replay(sequence, known, new JournalReplay(table, ledger, serializers, sequence, Source(files)), TestContext.Current.CancellationToken);
        return new(Describe(table), outcome, ledger, serializers);
    }

    /// <summary>A restore of a snapshot that is not there.</summary>
    public static JournalRestore Restore() => new("data-20260301-143022-0001.msgpack", 1234, 0xDEADBEEF, 0, "p:"u8.ToArray(), ["p:a"u8.ToArray()]);

    private static RestoreSource Source(IFileSystem files) =>
        new(new SnapshotCatalog(files, "/data"), new SnapshotReader(files), new SnapshotKvOptions(), TestContext.Current.CancellationToken);

    public static string Describe(RecordTable table) =>
        string.Join(' ', table.EnumerateRecords()
            .Select(record => $"{Encoding.UTF8.GetString(record.Key)}={Convert.ToHexString(record.Value)}@{record.Sequence}{(record.Deadline == 0 ? "" : $"~{record.Deadline}")}")
            .Order(StringComparer.Ordinal));
}
