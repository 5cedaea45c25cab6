using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using SnapshotKv.Extensions.Configuration;
using SnapshotKv.Extensions.Diagnostics;

namespace SnapshotKv.Extensions.Tests.Configuration;

public sealed class ConfigurationDecoderTests
{
    public static TheoryData<KvFormat, object?, string?> Texts()
    {
        var data = new TheoryData<KvFormat, object?, string?>();
        foreach (var format in Enum.GetValues<KvFormat>())
        {
            data.Add(format, "text", "text");
            data.Add(format, "", "");
            data.Add(format, null, null);
            data.Add(format, true, "True");
            data.Add(format, false, "False");
            data.Add(format, -42, "-42");
            data.Add(format, ulong.MaxValue, "18446744073709551615");
            data.Add(format, 0.1, "0.1");
            data.Add(format, 1e300, "1E+300");
        }

        data.Add(KvFormat.MessagePack, new DateTimeOffset(2026, 2, 28, 1, 2, 3, TimeSpan.Zero), "2026-02-28T01:02:03.0000000+00:00");
        return data;
    }

    [Theory]
    [MemberData(nameof(Texts), DisableDiscoveryEnumeration = true)]
    public void Decode_Scalar_BecomesInvariantText(KvFormat format, object? value, string? expected)
    {
        var store = new StoreDouble(format);
        store.Set("config:a", value);

        Data(store).ShouldBe(new Dictionary<string, string?> { ["a"] = expected });
    }

    [Theory]
    [InlineData(KvFormat.MessagePack)]
    [InlineData(KvFormat.Json)]
    public void Decode_AnyDocument_IsWhatTheJsonProviderMakesOfIt(KvFormat format)
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 200; i++)
        {
            var document = new Dictionary<string, object?> { ["root"] = RandomValue(random, depth: 0) };
            var json = JsonSerializer.Serialize(document);
            var expected = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
            var store = new StoreDouble(format);
            store.Set("config:root", document["root"]);

            using var followed = new Followed(store);
            followed.Root.AsEnumerable().OrderBy(pair => pair.Key).ShouldBe(expected.AsEnumerable().OrderBy(pair => pair.Key), json);
            Keys(followed.Provider).ShouldBe(Keys(expected.Providers.Single()), json);
        }
    }

    [Fact]
    public void Decode_MapUnderTheEmptyKey_IsTheWholeConfiguration()
    {
        var store = new StoreDouble();
        store.Set("config:", new Dictionary<string, string> { ["a"] = "1", ["SnapshotKv"] = "left out" });

        Data(store).ShouldBe(new Dictionary<string, string?> { ["a"] = "1" });
    }

    [Fact]
    public void Decode_BytesAndCollisions_AllNamedAtOnce()
    {
        var store = new StoreDouble();
        store.SetBytes("config:Key", [1]);
        store.Set("config:m", new Dictionary<string, object?> { ["x"] = "1" });
        store.Set("config:m:x", "2");

        var exception = Should.Throw<SnapshotKvConfigurationException>(() => Data(store));

        exception.Problems.Count.ShouldBe(2);
        exception.Message.ShouldContain("'config:Key'");
        exception.Message.ShouldContain("'m' and 'm:x' both give the key 'm:x'");
    }

    [Fact]
    public void Decode_SectionOfTheStores_IsLeftOutAndReported()
    {
        var store = new StoreDouble();
        store.Set("config:snapshotkv:Path", "/elsewhere");
        store.Set("config:SnapshotKv", "x");
        store.SetBytes("config:SnapshotKv:Bytes", [1]);
        store.Set("config:SnapshotKvOther", "stays");
        using var followed = new Followed(store);

        followed.Root.AsEnumerable().Select(pair => pair.Key).ShouldBe(["SnapshotKvOther"]);
        followed.Log.Count(SnapshotKvEventIds.ConfigurationKeysSkipped).ShouldBe(1);
        followed.Log.Entries.Single(entry => entry.Id.Id == SnapshotKvEventIds.ConfigurationSkippedKeys).Message.ShouldContain("snapshotkv:Path");
    }

    private static Dictionary<string, string?> Data(StoreDouble store) => ConfigurationDecoder.Decode("config:", ConfigurationReader.Read(store, "config:")).ToData();

    private static List<string> Keys(IConfigurationProvider provider, string? parent = null) =>
    [
        .. provider.GetChildKeys([], parent).Distinct().SelectMany(key =>
        {
            var path = parent is null ? key : ConfigurationPath.Combine(parent, key);
            var value = provider.TryGet(path, out var text) ? text is null ? "is null" : $"is '{text}'" : "none";
            return Keys(provider, path).Prepend($"{path} {value}");
        }),
    ];

    private static object? RandomValue(Random random, int depth) => random.Next(depth < 3 ? 8 : 5) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.Next(-1000, 1000),
        3 => random.Next(1, 1000).ToString(CultureInfo.InvariantCulture) + " é",
        4 => random.Next(0, 100) + 0.5,
        5 or 6 => Enumerable.Range(0, random.Next(4)).ToDictionary(i => $"k{i}", _ => RandomValue(random, depth + 1)),
        _ => Enumerable.Range(0, random.Next(4)).Select(_ => RandomValue(random, depth + 1)).ToList(),
    };
}
