namespace SnapshotKv.Tests.Store;

public sealed class KvStoreTagTests
{
    private readonly StoreHome _home = new();

    public static TheoryData<bool> BeforeAndAfterTheIndexIsBuilt => [false, true];

    [Theory]
    [MemberData(nameof(BeforeAndAfterTheIndexIsBuilt))]
    public void RemoveByTag_RemovesWhatHasTheTagAndNothingElse(bool buildFirst)
    {
        using var store = _home.Open();
        BuildIndex(store, buildFirst);
        store.Set("a", 1, Tagged("red", "round"));
        store.Set("b", 2, Tagged("red"));
        store.Set("c", 3, Tagged("redder"));
        store.Set("d", 4);

        store.GetKeysByTag("red").ShouldBe(["a", "b"]);
        store.RemoveByTag("red").ShouldBe(2);

        store.GetKeys().ShouldBe(["c", "d"]);
        store.GetKeysByTag("red").ShouldBeEmpty();
        store.GetKeysByTag("round").ShouldBeEmpty();
        store.RemoveByTag("red").ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(BeforeAndAfterTheIndexIsBuilt))]
    public void Tags_OfAnEntryThatIsOverwrittenRemovedOrExpired_LeaveNoResidue(bool buildFirst)
    {
        using var store = _home.Open();
        BuildIndex(store, buildFirst);
        store.Set("overwritten", 1, Tagged("old", "kept"));
        store.Set("overwritten", 1, Tagged("kept", "new"));
        store.Set("untagged", 1, Tagged("old"));
        store.Set("untagged", 1);
        store.Set("removed", 1, Tagged("old"));
        store.Remove("removed");
        store.Set("expired", 1, new KvEntryOptions { Tags = ["old"], TimeToLive = TimeSpan.FromSeconds(1) });
        store.Set("swept", 1, new KvEntryOptions { Tags = ["old"], TimeToLive = TimeSpan.FromMinutes(1) });
        store.Set("batched", 1, Tagged("old"));
        store.Commit(new KvBatch().Remove("batched"));
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        store.GetKeysByTag("old").ShouldBe(["swept"]);
        _home.Clock.Advance(TimeSpan.FromMinutes(5));

        store.EntriesInMemory.ShouldBe(2);
        store.GetKeysByTag("old").ShouldBeEmpty();
        store.GetKeysByTag("kept").ShouldBe(["overwritten"]);
        store.GetKeysByTag("new").ShouldBe(["overwritten"]);
        store.TagIndexKeys.ShouldBe(2);
        store.Clear();
        store.TagIndexKeys.ShouldBe(0);
    }

    [Fact]
    public void RemoveByTag_InAPartition_LeavesOthersAlone()
    {
        using var store = _home.Open();
        var left = store.GetPartition("left:");
        left.Set("a", 1, Tagged("t"));
        store.GetPartition("right:").Set("a", 1, Tagged("t"));
        store.Set("left", 1, Tagged("t"));

        left.GetKeysByTag("t").ShouldBe(["a"]);
        left.RemoveByTag("t").ShouldBe(1);
        store.GetKeysByTag("t").ShouldBe(["left", "right:a"]);
    }

    [Fact]
    public void RemoveByTag_IsOneCommit()
    {
        using var store = _home.Open();
        for (var i = 0; i < 1000; i++)
        {
            store.Set($"k{i}", i, Tagged("all"));
        }

        var before = store.LastSequence;
        store.RemoveByTag("all").ShouldBe(1000);
        store.LastSequence.ShouldBe(before + 1);
        store.RemoveByTag("all").ShouldBe(0);
        store.LastSequence.ShouldBe(before + 1);
    }

    [Theory]
    [InlineData(KvFormat.MessagePack, KvCompression.Gzip)]
    [InlineData(KvFormat.MessagePack, KvCompression.None)]
    [InlineData(KvFormat.Json, KvCompression.Gzip)]
    [InlineData(KvFormat.Json, KvCompression.None)]
    public void Tags_AfterReopening_AreWhatTheyWere(KvFormat format, KvCompression compression)
    {
        void Change(SnapshotKvOptions options) => (options.Format, options.Compression) = (format, compression);
        using (var store = _home.Open(Change))
        {
            store.Set("k", 1, Tagged("ä", "b\"c", new string('x', 1024)));
            store.Set("n", 1);
        }

        using var reopened = _home.Open(Change);
        reopened.TryGetInfo("k", out var info).ShouldBeTrue();
        info.Tags.ShouldBe(["ä", "b\"c", new string('x', 1024)]);
        reopened.GetKeysByTag("b\"c").ShouldBe(["k"]);
        reopened.RemoveByTag("ä").ShouldBe(1);
        reopened.GetKeys().ShouldBe(["n"]);
    }

    [Fact]
    public void Tags_RepeatedOrMany_CountOnce()
    {
        using var store = _home.Open();
        store.Set("k", 1, Tagged("a", "b", "a"));
        store.TryGetInfo("k", out var info).ShouldBeTrue();
        info.Tags.ShouldBe(["a", "b"]);
        store.Set("most", 1, Tagged([.. Enumerable.Range(0, 256).Select(i => $"t{i}")]));
        store.GetKeysByTag("t255").ShouldBe(["most"]);
    }

    [Fact]
    public void Tags_ThatAreRefused_NothingIsChanged()
    {
        using var store = _home.Open();
        store.Set("k", 1, Tagged("good"));
        foreach (var tags in new string[][] { [""], [null!], ["\ud800"], [new('x', 1025)], [new('ä', 513)], ["a", ""], [.. Enumerable.Range(0, 257).Select(i => $"t{i}")] })
        {
            Should.Throw<ArgumentException>(() => store.Set("k", 2, Tagged(tags)));
            Should.Throw<ArgumentException>(() => store.SetBytes("k", [], Tagged(tags)));
            Should.Throw<ArgumentException>(() => store.Commit(new KvBatch().Remove("k").SetBytes("other", [], Tagged(tags))));
        }

        store.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(1);
        store.GetKeysByTag("good").ShouldBe(["k"]);
        foreach (var tag in new[] { "", "\ud800", new('x', 1025) })
        {
            Should.Throw<ArgumentException>(() => store.RemoveByTag(tag));
            Should.Throw<ArgumentException>(() => store.GetKeysByTag(tag));
        }

        Should.Throw<ArgumentNullException>(() => store.RemoveByTag(null!));
        Should.Throw<ArgumentNullException>(() => store.GetKeysByTag(null!));
    }

    [Fact]
    public void GetKeysByTag_WhileTheLoopChangesTheStore_GoesOn()
    {
        using var store = _home.Open();
        for (var i = 0; i < 5000; i++)
        {
            store.Set($"k{i:D5}", i, Tagged("t"));
        }

        var seen = 0;
        foreach (var key in store.GetKeysByTag("t"))
        {
            seen++;
            store.Remove(key);
        }

        seen.ShouldBe(5000);
        store.Count().ShouldBe(0);
    }

    private static KvEntryOptions Tagged(params string[] tags) => new() { Tags = tags };

    private static void BuildIndex(KvStore store, bool buildFirst)
    {
        if (buildFirst)
        {
            store.GetKeysByTag("any").ShouldBeEmpty();
        }
    }
}
