using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Store;

/// <summary>Every directory that Go wrote, through the store: what it says by prefix, in order; and again after we saved it.</summary>
public sealed class FixtureStoreTests
{
    [Theory]
    [MemberData(nameof(Fixtures.Theory), MemberType = typeof(Fixtures))]
    public void Open_EveryFixture_AnswersItsPrefixQueriesInOrderBeforeAndAfterSaving(string fixture)
    {
        var expected = Fixtures.LoadExpected(fixture);
        var queries = expected["prefixQueries"]!.AsArray();
        if (expected["loads"] is null)
        {
            // Go opens these empty. What v0.2.0 wrote we read, and what nobody can read we refuse; both have tests of their own.
            return;
        }

        var home = new StoreHome(clock: new ManualTimeProvider(AsOf(expected)));
        Fixtures.CopyTo(fixture, home.Disk, StoreHome.Path);
        var blobs = home.Names("blobs");
        using (var store = home.Open(options => options.Format = FormatOf(expected)))
        {
            Check(store, queries);
            store.Set("changed by us", 1);
            store.Remove("changed by us").ShouldBeTrue();
            store.Save().ShouldNotBeNull();
        }

        using var again = home.Open(options => options.Format = FormatOf(expected));
        Check(again, queries);
        again.RecoveryReport.FellBack.ShouldBeFalse();
        home.Names("blobs").ShouldBe(blobs);
    }

    private static KvFormat FormatOf(JsonObject expected) => (string?)expected["codec"] == "json" ? KvFormat.Json : KvFormat.MessagePack;

    private static DateTimeOffset AsOf(JsonObject expected) =>
        DateTimeOffset.UnixEpoch.AddTicks(long.Parse((string)expected["asOfUnixNano"]!, CultureInfo.InvariantCulture) / 100);

    private static void Check(KvStore store, JsonArray queries)
    {
        foreach (var query in queries.Select(node => node!.AsObject()))
        {
            if (query["keysHexInOrder"] is null)
            {
                store.Count((string)query["prefix"]!).ShouldBe((int)query["count"]!);
                continue;
            }

            // Keys that are not UTF-8 no string reaches, so they are left out of what is expected.
            var keys = query["keysHexInOrder"]!.AsArray().Select(node => (string)node!).Where(IsReachable).ToList();
            var prefix = (string)query["prefix"]!;

            store.GetKeys(prefix).Select(NameOf).ShouldBe(keys, $"prefix '{prefix}'");
            store.Count(prefix).ShouldBe(keys.Count);
        }
    }

    private static bool IsReachable(string hexOrHash) =>
        hexOrHash.StartsWith("sha256:", StringComparison.Ordinal) || System.Text.Unicode.Utf8.IsValid(Convert.FromHexString(hexOrHash));

    private static string NameOf(string key)
    {
        const int LongestInHex = 2048;
        var utf8 = Encoding.UTF8.GetBytes(key);
        return utf8.Length > LongestInHex ? "sha256:" + Fixtures.Sha256(utf8) : Convert.ToHexStringLower(utf8);
    }
}
