using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using SnapshotKv.Format;
using SnapshotKv.Snapshots;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Snapshots;

/// <summary>Every snapshot that Go wrote for the fixtures, entry by entry, and again after we wrote it.</summary>
public sealed class FixtureSnapshotTests
{
    private const string V020 = "snapshotkv v0.2.0";

    public static TheoryData<string> Names() => Fixtures.Theory();

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_FileWrittenByGo_MatchesExpected(string fixture)
    {
        var expected = Fixtures.LoadExpected(fixture);
        foreach (var snapshot in Fixtures.LoadSnapshots(fixture))
        {
            var bytes = Fixtures.ReadSnapshot(fixture, (string)snapshot["file"]!);
            if ((string)snapshot["status"]! != "ok")
            {
                Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(bytes)).File.ShouldBe(SnapshotFiles.Path);
                continue;
            }

            var (header, sink) = SnapshotFiles.Read(bytes);
            CheckHeader(header, snapshot, expected);
            CheckEntries(sink, snapshot);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Write_FileWrittenByGo_ReadsEqualAgain(string fixture)
    {
        foreach (var snapshot in Fixtures.LoadSnapshots(fixture).Where(node => (string)node["status"]! == "ok"))
        {
            var (header, sink) = SnapshotFiles.Read(Fixtures.ReadSnapshot(fixture, (string)snapshot["file"]!));
            foreach (var compression in Enum.GetValues<KvCompression>())
            {
                var (again, copy) = SnapshotFiles.Read(SnapshotFiles.Write(sink.Records, header.Format, compression));
                again.Version.ShouldBe(2);
                again.InlineValues.ShouldBeFalse();
                again.Sequence.ShouldBe(17UL);
                again.Count.ShouldBe(sink.Records.Count);
                again.OpaqueKeyCount.ShouldBe(header.OpaqueKeyCount);
                again.CreatedAt.ShouldBe(SnapshotFiles.CreatedAt);
                copy.Records.All(record => record.Sequence == 17).ShouldBeTrue();
                string.Join('\n', SnapshotFiles.Describe(copy.Records)).ShouldBe(string.Join('\n', SnapshotFiles.Describe(sink.Records)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Fixture_Payload_HasTheSizeAndHashThatAreExpected(string fixture)
    {
        foreach (var snapshot in Fixtures.LoadSnapshots(fixture).Where(node => (string)node["status"]! == "ok"))
        {
            var file = (string)snapshot["file"]!;
            using var payload = new MemoryStream();
            using (var source = new MemoryStream(Fixtures.ReadSnapshot(fixture, file)))
            {
                using Stream plain = file.EndsWith(".gz") ? new GZipStream(source, CompressionMode.Decompress) : source;
                plain.CopyTo(payload);
            }

            payload.Length.ShouldBe((long)snapshot["payloadSize"]!);
            Fixtures.Sha256(payload.ToArray()).ShouldBe((string)snapshot["payloadSha256"]!);
        }
    }

    private static void CheckHeader(SnapshotHeader header, JsonObject snapshot, JsonObject expected)
    {
        header.Version.ShouldBe((int)snapshot["version"]!);
        header.Format.ShouldBe((string)expected["codec"]! == "json" ? KvFormat.Json : KvFormat.MessagePack);
        header.InlineValues.ShouldBe((string)expected["writer"]! == V020);
        header.Sequence.ShouldBeNull();
        header.Count.ShouldBe((int)snapshot["entryCount"]!);
        header.CreatedAt!.Value.ToUnixTimeSeconds().ShouldBe(long.Parse((string)snapshot["createdAt"]!["seconds"]!));
        (header.CreatedAt.Value.Ticks % TimeSpan.TicksPerSecond).ShouldBe((int)snapshot["createdAt"]!["nanos"]! / 100);
    }

    private static void CheckEntries(CollectingSink sink, JsonObject snapshot)
    {
        sink.Adds.ShouldBe((int)snapshot["entryCount"]!);
        var records = sink.Records;
        records.Count.ShouldBe(sink.Adds);
        if (snapshot["canonicalSha256"] is { } hash)
        {
            Fixtures.Sha256(SnapshotFiles.Canonical(records)).ShouldBe((string)hash!);
        }

        var step = (int?)snapshot["entriesSampledEvery"] ?? 1;
        var entries = snapshot["entries"]!.AsArray();
        entries.Count.ShouldBe((records.Count + step - 1) / step);
        for (var i = 0; i < entries.Count; i++)
        {
            CheckEntry(records[i * step], entries[i]!.AsObject());
        }
    }

    private static void CheckEntry(Record record, JsonObject entry)
    {
        CheckBytes(record.Key, entry, "key");
        ((record.Flags & RecordFlags.OpaqueKey) != 0).ShouldBe((bool?)entry["keyValidUtf8"] == false);
        record.Deadline.ShouldBe(long.Parse((string)entry["expiresAtUnixNano"]!));
        Encoding.UTF8.GetString(record.BlobReference).ShouldBe((string)entry["blobRef"]!);
        if (entry["valueHex"] is not null || entry["valueSha256"] is not null)
        {
            CheckBytes(record.Value, entry, "value");
        }

        if (entry["valueText"] is { } text)
        {
            Encoding.UTF8.GetString(record.Value).ShouldBe((string)text!);
        }

        if (entry["value"] is { } typed)
        {
            var actual = record.Format == KvFormat.Json ? TypedValue.DescribeJson(record.Value) : TypedValue.DescribeMessagePack(record.Value);
            actual.ShouldBe(TypedValue.DescribeExpected(typed.AsObject()));
        }
    }

    private static void CheckBytes(ReadOnlySpan<byte> actual, JsonObject entry, string name)
    {
        if (entry[$"{name}Hex"] is { } hex)
        {
            Convert.ToHexStringLower(actual).ShouldBe((string)hex!);
        }
        else
        {
            actual.Length.ShouldBe((int)entry[$"{name}Size"]!);
            Fixtures.Sha256(actual).ShouldBe((string)entry[$"{name}Sha256"]!);
        }
    }
}
