using System.Buffers.Binary;
using System.Text;
using SnapshotKv.Format;
using SnapshotKv.Snapshots;
using SnapshotKv.Testing;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Snapshots;

/// <summary>Short ways to write and read single snapshot files in memory.</summary>
internal static class SnapshotFiles
{
    public const string Path = "/store/snapshots/data-20260301-143022-0001.msgpack";
    public const long Limit = 64 << 20;

    private const int LongestInFull = 2048;

    public static readonly DateTimeOffset CreatedAt = new DateTimeOffset(2026, 3, 1, 14, 30, 22, TimeSpan.FromHours(1)).AddTicks(1234567);

    public static InMemoryFileSystem NewFileSystem()
    {
        var files = new InMemoryFileSystem();
        files.CreateDirectory("/store/snapshots");
        files.FlushDirectory("/");
        files.FlushDirectory("/store");
        return files;
    }

    public static (SnapshotHeader Header, CollectingSink Sink) Read(ReadOnlySpan<byte> bytes, long limit = Limit)
    {
        var sink = new CollectingSink();
        return (Read(bytes, sink, limit), sink);
    }

    public static SnapshotHeader Read(ReadOnlySpan<byte> bytes, ISnapshotSink sink, long limit = Limit)
    {
        var files = NewFileSystem();
        files.Put(Path, bytes);
        return new SnapshotReader(files).Read(Path, limit, sink, TestContext.Current.CancellationToken);
    }

    public static byte[] Write(
        IReadOnlyList<Record> records, KvFormat format = KvFormat.MessagePack, KvCompression compression = KvCompression.None, int workers = 2, ulong sequence = 17)
    {
        var files = NewFileSystem();
        var size = new SnapshotWriter(files).Write(
            Path, new RecordsInParts(records), new(format, sequence, CreatedAt), compression, workers, TestContext.Current.CancellationToken);
        var bytes = files.Take(Path);
        bytes.LongLength.ShouldBe(size);
        return bytes;
    }

    /// <summary>What <c>canonicalSha256</c> in <c>expected.json</c> is taken over; equal exactly when keys, values, expiries and references are.</summary>
    public static byte[] Canonical(IEnumerable<Record> records)
    {
        using var output = new MemoryStream();
        Span<byte> word = stackalloc byte[8];
        foreach (var record in records)
        {
            Put(output, record.Key);
            Put(output, record.Value);
            BinaryPrimitives.WriteInt64BigEndian(word, record.Deadline);
            output.Write(word);
            Put(output, record.BlobReference);
        }

        return output.ToArray();
    }

    /// <summary>All that a record holds but its sequence number, as text.</summary>
    public static string Describe(Record record) => string.Join(
        ' ',
        Convert.ToHexString(record.Key),
        record.ValueLength > LongestInFull ? Fixtures.Sha256(record.Value) : Convert.ToHexString(record.Value),
        record.Deadline,
        record.SlidingWindow,
        record.Cap,
        Convert.ToHexString(record.BlobReference),
        Convert.ToHexString(record.Tags),
        record.Flags);

    public static string[] Describe(IEnumerable<Record> records) => [.. records.Select(Describe)];

    public static Record NewRecord(
        string key, ReadOnlySpan<byte> value, long deadline = 0, string blob = "", long window = 0, long cap = 0, string[]? tags = null, RecordFlags flags = RecordFlags.None)
    {
        var tagBytes = new List<byte>();
        foreach (var tag in tags ?? [])
        {
            EntryFields.AppendTag(tagBytes, Encoding.UTF8.GetBytes(tag));
        }

        return Record.Create(new RecordParts
        {
            Key = Encoding.UTF8.GetBytes(key),
            Value = value,
            Deadline = deadline,
            SlidingWindow = window,
            Cap = cap,
            BlobReference = Encoding.UTF8.GetBytes(blob),
            Tags = tagBytes.ToArray(),
            Flags = flags,
        });
    }

    private static void Put(MemoryStream output, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        output.Write(length);
        output.Write(bytes);
    }
}
