using SnapshotKv.Snapshots;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Snapshots;

public sealed class SnapshotCatalogTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 14, 30, 22, 999, TimeSpan.FromHours(1));

    private readonly InMemoryFileSystem _files = SnapshotFiles.NewFileSystem();

    [Theory]
    [MemberData(nameof(Fixtures.Theory), MemberType = typeof(Fixtures))]
    public void List_Fixture_OrdersAsGoDoes(string fixture)
    {
        Fixtures.CopyTo(fixture, _files, "/store");

        var expected = Fixtures.LoadExpected(fixture)["snapshotOrderNewestFirst"]!.AsArray().Select(node => (string)node!);
        NewCatalog().List().Candidates.Select(file => file.FileName).ShouldBe(expected.Select(Path.GetFileName));
    }

    [Fact]
    public void List_ForeignNames_AreToldApart()
    {
        Add(
            "data-20260301-143022-0001.msgpack.gz", "data-20260301-143022-000a.json", "data-20260301-143021-ffff.cbor.gz",
            "data-20260301-143022-12345.msgpack", "data-20260301-143022-0001.bak", "data-20260301-143022-0001.msgpack.gz.bak",
            "data-20260301-143022-000A.msgpack", "data-20260230-143022-0001.msgpack", "data-20260301-243022-0001.msgpack", "data-20260301-143022-0001",
            "data-20260301-143022-0001.gz", "data-20260301-143022-0001.MSGPACK.GZ", "data-20260301-143022.5-0001.msgpack", "data-old.tar", "data-",
            "data-20260301-143022-0001.msgpack.gz.tmp", "DATA-20260301-143022-0001.msgpack", "notes.txt");

        var listing = NewCatalog().List();

        listing.Candidates.Select(file => file.FileName).ShouldBe(
            ["data-20260301-143022-000a.json", "data-20260301-143022-0001.msgpack.gz", "data-20260301-143021-ffff.cbor.gz"]);
        listing.Ignored.ShouldBe(
            [
                "data-", "data-20260230-143022-0001.msgpack", "data-20260301-143022-0001", "data-20260301-143022-0001.MSGPACK.GZ",
                "data-20260301-143022-0001.bak", "data-20260301-143022-0001.gz", "data-20260301-143022-0001.msgpack.gz.bak",
                "data-20260301-143022-000A.msgpack", "data-20260301-143022-12345.msgpack", "data-20260301-143022.5-0001.msgpack",
                "data-20260301-243022-0001.msgpack", "data-old.tar",
            ]);
        var info = listing.Candidates[0].ToInfo();
        info.ShouldBe(new("data-20260301-143022-000a.json", 1, new(2026, 3, 1, 14, 30, 22), 10));
    }

    [Fact]
    public void List_NoDirectory_IsEmpty()
    {
        var listing = new SnapshotCatalog(_files, "/nowhere").List();

        listing.Candidates.ShouldBeEmpty();
        listing.Ignored.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(KvFormat.MessagePack, KvCompression.Gzip, "data-20260301-143022-0000.msgpack.gz")]
    [InlineData(KvFormat.MessagePack, KvCompression.None, "data-20260301-143022-0000.msgpack")]
    [InlineData(KvFormat.Json, KvCompression.Gzip, "data-20260301-143022-0000.json.gz")]
    [InlineData(KvFormat.Json, KvCompression.None, "data-20260301-143022-0000.json")]
    public void NextName_EmptyDirectory_IsTheLocalTime(KvFormat format, KvCompression compression, string expected) =>
        NewCatalog().NextName(Now, format, compression).ToString().ShouldBe(expected);

    [Theory]
    [InlineData("data-20260301-143022-0000.msgpack.gz", "data-20260301-143022-0001")]
    [InlineData("data-20260301-143022-0009.json", "data-20260301-143022-000a")]
    [InlineData("data-20260301-143021-ffff.msgpack.gz", "data-20260301-143022-0000")]
    [InlineData("data-20260301-143022-ffff.msgpack.gz", "data-20260301-143023-0000")]
    [InlineData("data-20260301-235959-ffff.msgpack.gz", "data-20260302-000000-0000")]
    [InlineData("data-20991231-235959-0003.cbor", "data-20991231-235959-0004")]
    [InlineData("data-20991231-235959-12345.msgpack", "data-20260301-143022-0000")]
    [InlineData("data-zzz", "data-20260301-143022-0000")]
    public void NextName_NamesPresent_IsAboveEachInStrictForm(string present, string expected)
    {
        Add("data-20250101-000000-0000.msgpack", present);

        NewCatalog().NextName(Now, KvFormat.MessagePack, KvCompression.None).ToString().ShouldBe(expected + ".msgpack");
    }

    [Fact]
    public void NextName_LastNameThereCanBe_Throws()
    {
        Add("data-99991231-235959-ffff.msgpack");

        Should.Throw<KvStoreException>(() => NewCatalog().NextName(Now, KvFormat.MessagePack, KvCompression.None)).Message.ShouldContain("9999");
    }

    [Fact]
    public void NextName_ClockAndZoneGoAnywhere_OnlyRises()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var catalog = NewCatalog();
        var names = new List<string>();
        for (var i = 0; i < 500; i++)
        {
            var now = Now.AddMilliseconds(random.Next(-5_000, 5_000) + (i * 10)).ToOffset(TimeSpan.FromHours(random.Next(-12, 13)));
            var name = catalog.NextName(now, (KvFormat)random.Next(2), (KvCompression)random.Next(2)).ToString();
            names.Add(name);
            switch (random.Next(4))
            {
                case 0:
                    Add(name);
                    break;
                case 1:
                    Add(name);
                    catalog = NewCatalog();
                    break;
                case 2:
                    catalog.Prune(new(1 + random.Next(3), 0, 0), static _ => false);
                    break;
            }
        }

        // The part before the first dot sorts as time and counter do.
        var stems = names.Select(name => name[..name.IndexOf('.')]).ToList();
        for (var i = 1; i < stems.Count; i++)
        {
            string.CompareOrdinal(stems[i], stems[i - 1]).ShouldBeGreaterThan(0, $"seed {seed}, name {i}");
        }
    }

    [Fact]
    public void Prune_ForeignNamesAmongOurs_DeletesOnlyTheOldestOfOurs()
    {
        string[] foreign =
        [
            "data-20200101-000000-0000.cbor.gz", "data-20200101-000000-0000.msgpack.bak", "data-20200101-000000-00000.msgpack", "data-old.tar",
            "data-20200101-000000-0000.msgpack.gz.tmp", "notes.txt", "data-20200101-000000-ABCD.msgpack",
        ];
        Add(foreign);
        Add("data-20260301-143022-0003.msgpack.gz", "data-20260301-143022-0002.json", "data-20260301-143022-0001.msgpack", "data-20260301-143022-0000.json.gz");

        var deleted = NewCatalog().Prune(new(2, 0, 0), static _ => false);

        deleted.ShouldBe(["data-20260301-143022-0000.json.gz", "data-20260301-143022-0001.msgpack"]);
        Names().ShouldBe([.. foreign.Append("data-20260301-143022-0003.msgpack.gz").Append("data-20260301-143022-0002.json").Order(StringComparer.Ordinal)]);
        _files.CrashImage(CrashKind.PowerCutLosingAll).FileExists("/store/snapshots/data-20260301-143022-0001.msgpack").ShouldBeFalse();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(1)]
    public void Prune_ToNothing_KeepsTheNewest(int maxSnapshots)
    {
        Add("data-20260301-143022-0003.msgpack.gz", "data-20260301-143022-0002.json");

        NewCatalog().Prune(new(maxSnapshots, 0, 0), static _ => false);

        Names().ShouldBe(["data-20260301-143022-0003.msgpack.gz"]);
    }

    [Fact]
    public void RemoveTemporaryFiles_Fixture_DeletesOnlySnapshotNames()
    {
        Fixtures.CopyTo("leftover-tmp-and-orphans", _files, "/store");

        var deleted = NewCatalog().RemoveTemporaryFiles();

        deleted.Order(StringComparer.Ordinal).ShouldBe(["data-20261122-054435-0000.msgpack.gz.tmp", "data-20991231-235959-0000.msgpack.gz.tmp"]);
        Names().ShouldBe(["data-20261122-054435-0000.msgpack.gz", "data-dir", "notes.txt", "other.tmp"]);
    }

    private SnapshotCatalog NewCatalog() => new(_files, "/store");

    private void Add(params string[] names)
    {
        foreach (var name in names)
        {
            _files.Put($"/store/snapshots/{name}", "x"u8);
        }

        _files.FlushDirectory("/store/snapshots");
    }

    private string[] Names() => [.. _files.List("/store/snapshots").Select(entry => entry.Name).Order(StringComparer.Ordinal)];
}
