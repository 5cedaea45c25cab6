using System.Buffers;
using System.Text.Json;
using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>Typed values: our MessagePack against System.Text.Json, both by the same generated contract.</summary>
internal static class Codec
{
    private const string JsonWrite = "JSON, write to an array", Write = "ours, write to an array";
    private const string JsonWriteReused = "JSON, write to a reused buffer", WriteReused = "ours, write to a reused buffer";
    private const string JsonRead = "JSON, read", Read = "ours, read";

    public static BenchmarkGroup Group { get; } = new(
        "codec",
        "MessagePack of a small plain class",
        "One object of seven members (an int, two strings, a long, a bool, a double, an array of three strings). JSON is System.Text.Json with a source-generated context; ours is the "
        + "store's MessagePack serializer over the same context.",
        static (options, report) =>
        {
            var json = ProfileContext.Default.Profile;
            using var store = KvStore.Open(new SnapshotKvOptions { TypeInfoResolver = ProfileContext.Default });
            var serializer = store.Serializer;
            var profile = Profile.Example();
            var buffer = new ArrayBufferWriter<byte>(1024);
            using var jsonWriter = new Utf8JsonWriter(buffer);
            var jsonBytes = JsonSerializer.SerializeToUtf8Bytes(profile, json);
            serializer.Serialize(profile, buffer);
            var bytes = buffer.WrittenSpan.ToArray();
            var sequence = new ReadOnlySequence<byte>(bytes);
            KeyCase[] cases =
            [
                Repeat(JsonWrite, () => JsonSerializer.SerializeToUtf8Bytes(profile, json).Length),
                Repeat(Write, () =>
                {
                    buffer.ResetWrittenCount();
                    serializer.Serialize(profile, buffer);
                    return buffer.WrittenSpan.ToArray().Length;
                }),
                Repeat(JsonWriteReused, () =>
                {
                    buffer.ResetWrittenCount();
                    jsonWriter.Reset();
                    JsonSerializer.Serialize(jsonWriter, profile, json);
                    return buffer.WrittenCount;
                }),
                Repeat(WriteReused, () =>
                {
                    buffer.ResetWrittenCount();
                    serializer.Serialize(profile, buffer);
                    return buffer.WrittenCount;
                }),
                Repeat(JsonRead, () => JsonSerializer.Deserialize(jsonBytes, json)!.Tags.Length),
                Repeat(Read, () => serializer.Deserialize<Profile>(sequence)!.Tags.Length),
            ];
            var rows = KeyComparison.Short(options).Measure([new KeyStream([.. Enumerable.Repeat("", 1024)])], cases);
            var table = new Table($"{jsonBytes.Length} bytes as JSON, {bytes.Length} as MessagePack", "", "ns", "min – max", "to JSON", "B/op");
            for (var i = 0; i < rows.Count; i++)
            {
                var baseline = rows[i / 2 * 2].Nanoseconds.Median;
                table.Add(
                    rows[i].Name,
                    Cell.Number(rows[i].Nanoseconds.Median),
                    Cell.Range(rows[i].Nanoseconds),
                    Cell.Ratio(rows[i].Nanoseconds.Median / baseline),
                    Cell.Number(rows[i].AllocatedBytes));
            }

            report.Add(table);
            report.Reach("codec/write", rows.Ratio(Write, JsonWrite));
            report.Reach("codec/read", rows.Ratio(Read, JsonRead));
        });

    private static KeyCase Repeat(string name, Func<int> act) => new(name, keys =>
    {
        var sum = 0L;
        for (var i = 0; i < keys.Length; i++)
        {
            sum += act();
        }

        return sum;
    });
}
