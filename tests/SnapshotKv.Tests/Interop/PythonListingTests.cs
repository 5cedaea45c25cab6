using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Interop;

/// <summary>
/// Writes snapshots, and beside them what must be in them, for a reader that is not ours: <c>eng/check-msgpack.py</c>, run by <c>.ci/run</c> after
/// the tests. What must be in them comes from the values before they were encoded, and for fixtures from Go's own files.
/// </summary>
public sealed class PythonListingTests
{
    private const int ManyEntries = 20_000;

    /// <summary>Before any expiry of the fixtures, so that nothing is left out of what is written again.</summary>
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly string Output = Path.Combine(AppContext.BaseDirectory, "interop");

    private static readonly string[] GoFixtures =
    [
        "all-types", "blobs", "empty", "history", "invalid-utf8", "large", "leftover-tmp-and-orphans", "long-keys", "minimal", "msgpack-uncompressed", "ttl",
    ];

    [Fact]
    public void Snapshots_ForPython_AreWrittenWithTheirListing()
    {
        if (Directory.Exists(Output))
        {
            Directory.Delete(Output, recursive: true);
        }

        Directory.CreateDirectory(Output);
        var values = new JsonArray();
        foreach (var compression in Enum.GetValues<KvCompression>())
        {
            foreach (var format in Enum.GetValues<KvFormat>())
            {
                values.Add(WriteValues(format, compression));
            }
        }

        var rewritten = new JsonArray([.. GoFixtures.SelectMany(fixture => Enum.GetValues<KvCompression>().Select(compression => Rewrite(fixture, compression)))]);

        var listing = new JsonObject { ["values"] = values, ["rewritten"] = rewritten };
        File.WriteAllText(Path.Combine(Output, "listing.json"), listing.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
        values.Count.ShouldBe(4);
        rewritten.Count.ShouldBe(GoFixtures.Length * 2);
    }

    private static JsonObject WriteValues(KvFormat format, KvCompression compression)
    {
        var clock = new ManualTimeProvider(Start);
        using var store = KvStore.Open(Options($"values-{format}-{compression}", clock, compression, format));
        var entries = new JsonArray();

        void Put<T>(string key, T value, string type, JsonNode? expected, TimeSpan? life = null)
        {
            store.Set(key, value, new KvEntryOptions { TimeToLive = life });
            var expires = life is { } span ? Nanoseconds(Start + span) : "0";
            entries.Add(new JsonObject { ["key"] = key, ["type"] = type, ["value"] = expected, ["expiresAtUnixNano"] = expires });
        }

        Put("", "the empty key", "str", "the empty key");
        Put("null", (string?)null, "nil", null);
        Put("true", true, "bool", true);
        Put("ümläut 🗝", "grüße 🌍", "str", "grüße 🌍");
        foreach (var number in (long[])[0, 1, -1, 127, 128, -32, -33, -128, -129, 255, 256, 32767, 65535, 65536, -32769, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue])
        {
            Put(string.Create(CultureInfo.InvariantCulture, $"int:{number}"), number, "int", number.ToString(CultureInfo.InvariantCulture));
        }

        Put("uint:max", ulong.MaxValue, "int", ulong.MaxValue.ToString(CultureInfo.InvariantCulture));
        Put("float", 1.5, "float", 1.5);
        Put("bytes", (byte[])[0, 1, 254, 255], "bytes", "0001feff");
        Put("list", new List<int> { 1, 2, 300 }, "json", new JsonArray(1, 2, 300));
        Put("map", new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 }, "json", new JsonObject { ["a"] = 1, ["b"] = 2 });
        Put("long text", new string('x', 70_000), "str", new string('x', 70_000));
        Put("expires", "soon", "str", "soon", TimeSpan.FromSeconds(90));
        for (var i = 0; i < ManyEntries; i++)
        {
            // Enough of them for several gzip members.
            var text = string.Create(CultureInfo.InvariantCulture, $"value {i * 7919L % 1_000_003} of many");
            Put(string.Create(CultureInfo.InvariantCulture, $"many:{i}"), text, "str", text);
        }

        var snapshot = store.Save()!;
        return new JsonObject
        {
            ["snapshot"] = $"values-{format}-{compression}/snapshots/{snapshot.FileName}",
            ["entries"] = entries,
        };
    }

    private static JsonObject Rewrite(string fixture, KvCompression compression)
    {
        var name = $"rewritten-{fixture}-{compression}";
        var source = Repository.PathOf($"tests/fixtures/{fixture}/db/snapshots");
        Directory.CreateDirectory(Path.Combine(Output, name, "snapshots"));
        foreach (var file in Directory.EnumerateFiles(source))
        {
            File.Copy(file, Path.Combine(Output, name, "snapshots", Path.GetFileName(file)));
        }

        using var store = KvStore.Open(Options(name, new ManualTimeProvider(Start), compression, KvFormat.MessagePack));
        var loaded = store.RecoveryReport.LoadedSnapshot!;

        // A change that leaves everything as it was, so that there is something to save.
        store.Set("interop:added", 1);
        store.Remove("interop:added");
        var saved = store.Save()!;
        saved.FileName.ShouldNotBe(loaded.FileName);
        return new JsonObject
        {
            ["snapshot"] = $"{name}/snapshots/{saved.FileName}",
            ["original"] = Path.Combine(source, loaded.FileName),
            ["asOfUnixNano"] = Nanoseconds(Start),
        };
    }

    private static SnapshotKvOptions Options(string directory, ManualTimeProvider clock, KvCompression compression, KvFormat format) => new()
    {
        Path = Path.Combine(Output, directory),
        TimeProvider = clock,
        Compression = compression,
        Format = format,
        MaxSnapshots = 100,
        SaveDebounce = Timeout.InfiniteTimeSpan,
        TtlCleanupInterval = TimeSpan.Zero,
    };

    private static string Nanoseconds(DateTimeOffset instant) =>
        ((Int128)(instant - DateTimeOffset.UnixEpoch).Ticks * 100).ToString(CultureInfo.InvariantCulture);
}
