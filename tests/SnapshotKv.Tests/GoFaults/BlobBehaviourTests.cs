using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.GoFaults;

/// <summary>What the original does with blobs, and what is done here; the table is <c>docs/behaviour-of-the-original.md</c>.</summary>
public sealed class BlobBehaviourTests
{
    private readonly StoreHome _home = new();

    [Fact]
    public void GetBlob_OfGosDirectory_GivesEachBlobOrSaysWhatIsMissing()
    {
        Fixtures.CopyTo("blobs", _home.Disk, StoreHome.Path);
        using var store = _home.Open();

        foreach (var snapshot in Fixtures.LoadSnapshots("blobs"))
        {
            foreach (var entry in snapshot["entries"]!.AsArray())
            {
                var key = (string)entry!["key"]!;
                if (entry["blob"] is not { } blob)
                {
                    Reason(() => store.GetBlob(key)).ShouldBe(KvBlobProblem.NoBlob, key);
                }
                else if (!(bool)blob["present"]!)
                {
                    Reason(() => store.GetBlob(key)).ShouldBe(KvBlobProblem.FileMissing, key);
                }
                else
                {
                    store.GetBlob(key).Length.ShouldBe((int)blob["size"]!, key);
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public void SetBlob_FileInGosPlace_IsTheBlobAsItIs(int length)
    {
        var blob = new byte[length];
        new Random(length).NextBytes(blob);
        using var store = _home.Open();

        store.SetBlob("k", "value", blob);

        var shard = _home.Names("blobs").ShouldHaveSingleItem();
        var file = _home.Names($"blobs/{shard}").ShouldHaveSingleItem();
        file.Length.ShouldBe(36 + ".bin".Length);
        file.ShouldEndWith($"{shard}.bin");
        file[14].ShouldBe('7');
        _home.ReadFile($"blobs/{shard}/{file}").ShouldBe(blob);
    }

    [Fact]
    public void UpdateBlob_KeepsValueLifeAndTags_AndMakesAnotherFile()
    {
        using var store = _home.Open();
        store.SetBlob("k", "value", "one"u8, new KvEntryOptions { TimeToLive = TimeSpan.FromMinutes(5), Tags = ["t"] });
        store.Save();
        var first = Files();

        store.UpdateBlob("k", "two"u8);

        store.GetBlob("k").ShouldBe("two"u8.ToArray());
        store.TryGet<string>("k", out var value).ShouldBeTrue();
        value.ShouldBe("value");
        store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromMinutes(5));
        store.GetKeysByTag("t").ShouldBe(["k"]);
        Files().Except(first).ShouldHaveSingleItem();
        first.ShouldBeSubsetOf(Files());
    }

    [Fact]
    public void UpdateBlob_OfAKeyWithoutOne_AddsIt_AndOfAMissingKeyIsRefused()
    {
        using var store = _home.Open();
        store.Set("k", 1);

        store.UpdateBlob("k", "new"u8);

        store.GetBlob("k").ShouldBe("new"u8.ToArray());
        Reason(() => store.UpdateBlob("missing", "new"u8)).ShouldBe(KvBlobProblem.NoSuchKey);
        store.Exists("missing").ShouldBeFalse();
        Files().ShouldHaveSingleItem();
    }

    [Fact]
    public void GetBlob_NoKeyNoBlobNoFile_AreThreeAnswers()
    {
        using var store = _home.Open();
        store.Set("plain", 1);
        store.SetBlob("gone", 1, "x"u8);
        _home.Disk.Delete($"{StoreHome.Path}/{Files().Single()}");

        Reason(() => store.GetBlob("missing")).ShouldBe(KvBlobProblem.NoSuchKey);
        Reason(() => store.GetBlob("plain")).ShouldBe(KvBlobProblem.NoBlob);
        Reason(() => store.GetBlob("gone")).ShouldBe(KvBlobProblem.FileMissing);
        Reason(() => store.OpenBlob("gone")).ShouldBe(KvBlobProblem.FileMissing);
    }

    [Fact]
    public void Set_OverAKeyWithABlob_DropsItAndItsFileGoesWithTheLastSnapshotThatKnowsIt()
    {
        using var store = _home.Open(options => options.MaxSnapshots = 2);
        store.SetBlob("k", 1, "x"u8);
        store.Save();

        store.Set("k", 2);

        Reason(() => store.GetBlob("k")).ShouldBe(KvBlobProblem.NoBlob);
        store.Save();
        Files().ShouldHaveSingleItem();
        store.Set("k", 3);
        store.Save();
        Files().ShouldBeEmpty();
        _home.Names("blobs").ShouldHaveSingleItem("a shard's directory stays");
    }

    /// <summary>Go deletes the blobs that the newest snapshot does not know; here they go when no snapshot does, and nothing of another name is touched.</summary>
    [Fact]
    public void Open_OrphansBegunFilesAndForeignOnes_OnlyWhatIsOursAndNobodysGoes()
    {
        Fixtures.CopyTo("leftover-tmp-and-orphans", _home.Disk, StoreHome.Path);
        var removedByGo = Fixtures.LoadExpected("leftover-tmp-and-orphans")["v030OpenRemovedFiles"]!.AsArray().Select(file => (string)file!).ToList();
        var before = Files();

        using (_home.Open())
        {
            var removed = before.Except(Files()).ToList();
            removed.ShouldNotBeEmpty();
            removed.ShouldBe(removedByGo.Where(file => file.StartsWith("blobs/", StringComparison.Ordinal) && file != "blobs/zzz/short-zzz.bin"), ignoreOrder: true);
        }
    }

    [Fact]
    public void MemoryOnly_EveryBlobOperation_IsNotSupported()
    {
        using var store = KvStore.Open((string?)null);
        store.Set("k", 1);

        Should.Throw<NotSupportedException>(() => store.SetBlob("k", 1, "x"u8));
        Should.Throw<NotSupportedException>(() => store.UpdateBlob("k", "x"u8));
        Should.Throw<NotSupportedException>(() => store.GetBlob("k"));
        Should.Throw<NotSupportedException>(() => store.OpenBlob("k"));
    }

    private static KvBlobProblem Reason(Action operation) => Should.Throw<KvBlobException>(operation).Reason;

    /// <summary>All files under <c>blobs</c>, those that lie loose too.</summary>
    private List<string> Files() =>
    [
        .. _home.Names("blobs").SelectMany(name => _home.Disk.DirectoryExists($"{StoreHome.Path}/blobs/{name}")
            ? _home.Names($"blobs/{name}").Select(file => $"blobs/{name}/{file}")
            : [$"blobs/{name}"]),
    ];
}
