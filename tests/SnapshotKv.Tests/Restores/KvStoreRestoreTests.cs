using System.Globalization;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Restores;

/// <summary>What a restore promises, at each level.</summary>
public sealed class KvStoreRestoreTests
{
    public static TheoryData<KvDurability> Levels => RestoreHome.Levels;

    [Theory]
    [MemberData(nameof(Levels))]
    public void Restore_All_BringsBackWhatWasThereAndNothingElse(KvDurability level)
    {
        var home = RestoreHome.At(level);
        using (var store = home.Open())
        {
            store.Set("a", 1);
            store.Set("b", 2);
            var then = store.Save()!;
            store.Set("a", 10);
            store.Remove("b");
            store.Set("c", 3);

            var result = store.Restore(then.FileName);

            store.Contents().ShouldBe("a=1 b=2");
            store.Count().ShouldBe(2);
            result.Entries.ShouldBe(2);
            result.Snapshot.FileName.ShouldBe(then.FileName);
            result.Version.ShouldBe((long)store.LastSequence);
            result.Saved!.Reason.ShouldBe(KvSaveReason.Restore);
            result.Before.Reason.ShouldBe(KvSaveReason.BeforeRestore);
            result.Before.PinnedNames.ShouldContain(result.BeforeName);
            store.Set("d", 4);
        }

        using var reopened = home.Open();
        reopened.Contents().ShouldBe("a=1 b=2 d=4");
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Restore_ByPrefix_LeavesTheRestAlone(KvDurability level)
    {
        var home = RestoreHome.At(level);
        using (var store = home.Open())
        {
            store.Set("p:a", 1);
            store.Set("q", 1);
            store.Save();
            var then = store.ListSnapshots()[0].FileName;
            store.Set("p:a", 2);
            store.Set("p:b", 2);
            store.Set("q", 2);
            store.TryGetInfo("q", out var before);

            store.Restore(then, "p:").Entries.ShouldBe(1);

            store.Contents().ShouldBe("p:a=1 q=2");
            store.TryGetInfo("q", out var after).ShouldBeTrue();
            after.Version.ShouldBe(before.Version);
            store.TryGetInfo("p:a", out var restored);
            restored.Version.ShouldBe((long)store.LastSequence);
        }

        using var reopened = home.Open();
        reopened.Contents().ShouldBe("p:a=1 q=2");
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Restore_OfBefore_UndoesARestore(KvDurability level)
    {
        using var store = RestoreHome.At(level).Open();
        store.Set("a", 1);
        var then = store.Save()!;
        store.Set("a", 2);
        store.Set("b", 2);

        var first = store.Restore(then.FileName);
        store.Contents().ShouldBe("a=1");
        var second = store.Restore(first.BeforeName);

        store.Contents().ShouldBe("a=2 b=2");
        store.Restore(second.BeforeName);
        store.Contents().ShouldBe("a=1");
    }

    [Fact]
    public void Restore_CleanStore_PinsTheSnapshotThatIsThere()
    {
        var home = RestoreHome.At(KvDurability.Process);
        using var store = home.Open();
        store.Set("a", 1);
        var then = store.Save()!;

        var result = store.Restore(then.FileName);

        result.Before.FileName.ShouldBe(then.FileName);
        store.Contents().ShouldBe("a=1");
    }

    [Fact]
    public void Restore_CleanStoreWhoseNewestSnapshotWasDeleted_SavesAnew()
    {
        var home = RestoreHome.At(KvDurability.Process);
        using var store = home.Open();
        store.Set("a", 1);
        var then = store.Save()!;
        store.Set("a", 2);
        var gone = store.Save()!;
        home.Disk.Delete($"/data/snapshots/{gone.FileName}");

        var result = store.Restore(then.FileName);

        store.Contents().ShouldBe("a=1");
        result.Before.FileName.ShouldNotBe(gone.FileName);
        store.Restore(result.BeforeName);
        store.Contents().ShouldBe("a=2");
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Restore_WithProtectedPrefixes_LeavesTheseAsTheyAre(KvDurability level)
    {
        var home = RestoreHome.At(level);
        using (var store = home.Open())
        {
            store.Protect("session:");
            store.Set("session:old", 1);
            store.Set("a", 1);
            var then = store.Save()!;
            store.Remove("session:old");
            store.Set("session:new", 2);
            store.Set("a", 2);

            store.Restore(then.FileName).Entries.ShouldBe(1);

            store.Contents().ShouldBe("a=1 session:new=2");
            foreach (var prefix in (string[])["session:", "session:o"])
            {
                Should.Throw<KvSnapshotException>(() => store.Restore(then.FileName, prefix)).Reason.ShouldBe(KvSnapshotProblem.Protected);
            }
        }

        using var reopened = home.Killed().Open();
        reopened.Contents().ShouldBe("a=1 session:new=2");
    }

    [Fact]
    public void Restore_EntriesThatHaveExpiredMeanwhile_DoNotComeBack()
    {
        var home = RestoreHome.At(KvDurability.Process);
        using var store = home.Open();
        store.Set("short", 1, TimeSpan.FromSeconds(10));
        store.Set("long", 1, TimeSpan.FromSeconds(100));
        store.Set("slides", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(50) });
        var then = store.Save()!;
        store.Clear();
        home.Clock.Advance(TimeSpan.FromSeconds(20));

        store.Restore(then.FileName).Entries.ShouldBe(2);

        store.Contents().ShouldBe("long=1 slides=1");
        store.GetTimeToLive("long").Remaining.ShouldBe(TimeSpan.FromSeconds(80));
        store.GetTimeToLive("slides").Remaining.ShouldBe(TimeSpan.FromSeconds(50));
        using var reopened = home.Killed().Open();
        reopened.Contents().ShouldBe("long=1 slides=1");
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Restore_TagsAndIndexes_AreThoseOfTheSnapshot(KvDurability level)
    {
        using var store = RestoreHome.At(level).Open();
        store.Set("p:a", 1, new KvEntryOptions { Tags = ["red"] });
        store.Set("p:b", 1, new KvEntryOptions { Tags = ["blue"] });
        var then = store.Save()!;
        store.Set("p:a", 2, new KvEntryOptions { Tags = ["blue"] });
        store.Remove("p:b");
        store.Set("p:c", 2, new KvEntryOptions { Tags = ["red"] });
        store.GetKeysByTag("red").ShouldBe(["p:c"]);
        store.GetKeys("p:").ShouldBe(["p:a", "p:c"]);

        store.Restore(then.FileName, "p:");

        store.GetKeysByTag("red").ShouldBe(["p:a"]);
        store.GetKeysByTag("blue").ShouldBe(["p:b"]);
        store.RemoveByTag("blue").ShouldBe(1);
        store.RemoveByPrefix("p:").ShouldBe(1);
        store.Count().ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Levels))]
    public void Restore_Blobs_AreReadableAgainAndGoWhenNobodyNeedsThem(KvDurability level)
    {
        var home = RestoreHome.At(level);
        using (var store = home.Open(options => options.MaxSnapshots = 2))
        {
            store.SetBlob("a", 1, new byte[] { 1, 2, 3 });
            var then = store.Save()!;
            store.SetBlob("a", 2, new byte[] { 4, 5 });
            store.SetBlob("b", 2, new byte[] { 6 });

            var result = store.Restore(then.FileName);
            store.GetBlob("a").ShouldBe([1, 2, 3]);
            home.BlobFiles().Count.ShouldBe(3);

            store.Unpin(result.BeforeName);
            for (var i = 0; i < 4; i++)
            {
                store.Set("n", i);
                store.Save();
            }

            store.GetBlob("a").ShouldBe([1, 2, 3]);
            home.BlobFiles().Count.ShouldBe(1);
        }

        using var reopened = home.Open();
        reopened.GetBlob("a").ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Restore_WatchersInsideAndAround_GetExactlyOneReset()
    {
        using var store = RestoreHome.At(KvDurability.Process).Open();
        store.Set("p:x:1", 1);
        store.Set("q", 1);
        var then = store.Save()!;
        store.Clear();
        var token = TestContext.Current.CancellationToken;
        var all = store.WatchAsync("", token).GetAsyncEnumerator(token);
        var same = store.WatchAsync("p:", token).GetAsyncEnumerator(token);
        var inside = store.GetPartition("p:x:").WatchAsync("", token).GetAsyncEnumerator(token);
        var beside = store.WatchAsync("q", token).GetAsyncEnumerator(token);
        var fired = store.Watch("p:x:");
        var pending = new[] { all, same, inside, beside }.Select(watcher => watcher.MoveNextAsync().AsTask()).ToArray();

        var result = await store.RestoreAsync(then.FileName, "p:", token);

        fired.HasChanged.ShouldBeTrue();
        foreach (var (watcher, task) in new[] { all, same, inside }.Zip(pending))
        {
            (await task.WaitAsync(token)).ShouldBeTrue();
            watcher.Current.Kind.ShouldBe(KvChangeKind.Reset);
            watcher.Current.Version.ShouldBe(result.Version);
            watcher.MoveNextAsync().AsTask().IsCompleted.ShouldBeFalse();
        }

        pending[3].IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void Restore_VersionsReadBefore_NeverMatchAfterwards()
    {
        using var store = RestoreHome.At(KvDurability.Process).Open();
        store.Set("a", 1);
        var then = store.Save()!;
        var versions = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            store.TryGetInfo("a", out var info).ShouldBeTrue();
            versions.ShouldNotContain(info.Version);
            versions.Add(info.Version);
            store.Restore(then.FileName);
        }

        versions.ShouldAllBe(version => !store.TryUpdate("a", 5, version));
        store.TryGetInfo("a", out var now);
        store.TryUpdate("a", 5, now.Version).ShouldBeTrue();
    }

    [Fact]
    public void Restore_OfAnotherPrefix_LeavesTheVersionsOfAnEarlierOneAsTheyWere()
    {
        using var store = RestoreHome.At(KvDurability.Process).Open();
        store.Set("p", 1);
        store.Set("q", 1);
        var then = store.Save()!.FileName;
        var first = store.Restore(then, "p").Version;
        var second = store.Restore(then, "q").Version;

        store.TryGetInfo("p", out var early);
        store.TryGetInfo("q", out var late);

        (early.Version, late.Version).ShouldBe((first, second));
        store.TryUpdate("p", 2, first).ShouldBeTrue();
        store.TryUpdate("q", 2, second).ShouldBeTrue();
    }

    [Fact]
    public void Restore_OpenTransactions_EndInConflict()
    {
        using var store = RestoreHome.At(KvDurability.Process).Open();
        store.Set("p:a", 1);
        var then = store.Save()!;
        using var reads = store.BeginTransaction();
        using var writes = store.BeginTransaction();
        reads.TryGet<int>("p:a", out _).ShouldBeTrue();
        writes.Set("p:b", 1);

        store.Restore(then.FileName, "p:");

        Should.Throw<KvConflictException>(() => reads.TryGet<int>("p:z", out _));
        Should.Throw<KvConflictException>(writes.Commit);
        using var later = store.BeginTransaction();
        later.TryGet<int>("p:a", out var value).ShouldBeTrue();
        later.Set("p:b", value + 1);
        later.Commit();
        store.Contents().ShouldBe("p:a=1 p:b=2");
    }

    [Fact]
    public void Restore_SnapshotOfTheOtherFormat_IsConverted()
    {
        var home = RestoreHome.At(KvDurability.Process);
        string json;
        using (var store = home.Open(options => options.Format = KvFormat.Json))
        {
            store.Set("a", 1);
            json = store.Save()!.FileName;
        }

        using (var store = home.Open())
        {
            store.Set("a", 2);
            store.Restore(json).Entries.ShouldBe(1);
            store.Contents().ShouldBe("a=1");
            using var killed = home.Killed().Open();
            killed.Contents().ShouldBe("a=1");
        }

        using var reopened = home.Open(options => options.Format = KvFormat.Json);
        var packed = reopened.ListSnapshots().First(snapshot => snapshot.FileName.EndsWith(".msgpack.gz", StringComparison.Ordinal)).FileName;
        reopened.Restore(packed);
        reopened.Count().ShouldBe(1);
    }

    [Fact]
    public void Restore_MemoryOnly_IsNotSupported()
    {
        using var store = KvStore.Open((string?)null);

        Should.Throw<NotSupportedException>(() => store.Restore("data-20260301-143022-0001.msgpack"));
    }

    [Theory]
    [InlineData("data-20260301-143022-0001.msgpack.gz")]
    [InlineData("nobody")]
    [InlineData("../snapshots/data-20260301-143022-0001.msgpack.gz")]
    [InlineData("/etc/passwd")]
    public void Restore_UnknownSnapshot_IsNotFoundAndChangesNothing(string snapshot)
    {
        using var store = RestoreHome.At(KvDurability.Process).Open();
        store.Set("a", 1);

        Should.Throw<KvSnapshotException>(() => store.Restore(snapshot)).Reason.ShouldBe(KvSnapshotProblem.NotFound);

        store.Contents().ShouldBe("a=1");
        store.ListSnapshots().ShouldBeEmpty();
    }

    [Fact]
    public void Restore_BadArguments_AreNamed()
    {
        using var store = RestoreHome.At(KvDurability.Process).Open();

        Should.Throw<ArgumentException>(() => store.Restore(""));
        Should.Throw<ArgumentNullException>(() => store.Restore(null!));
        Should.Throw<ArgumentNullException>(() => store.Restore("x", null!));
        Should.Throw<ArgumentException>(() => store.Restore("x", "\ud800"));
        store.Dispose();
        Should.Throw<ObjectDisposedException>(() => store.Restore("x"));
    }

    [Fact]
    public void Restore_SnapshotOfGo_Comes()
    {
        var home = RestoreHome.At(KvDurability.Process);
        var name = (string)Fixtures.LoadSnapshots("minimal")[0]["file"]!;
        home.WriteFile("snapshots/" + name, Fixtures.ReadSnapshot("minimal", name));
        using var store = home.Open();
        var there = store.GetKeys().ToList();
        there.ShouldNotBeEmpty();
        store.Clear();
        store.Set("new", 1);
        store.Save();

        store.Restore(name);

        store.GetKeys().ShouldBe(there);
        using var killed = home.Killed().Open();
        killed.GetKeys().ShouldBe(there);
    }

    [Fact]
    public void Restore_KeysThatAreNotUtf8_ComeWithTheWholeAndLieUnderNoPrefix()
    {
        var home = RestoreHome.At(KvDurability.Process);
        Fixtures.CopyTo("invalid-utf8", home.Disk, StoreHome.Path);
        using var store = home.Open();
        var there = store.OpaqueKeyCount;
        there.ShouldBeGreaterThan(0);
        var readable = store.Count();
        var then = store.ListSnapshots()[0].FileName;

        // By prefix they stay where they are, and none comes. Their bytes begin so.
        const string Prefix = "bad";
        store.Restore(then, Prefix).Entries.ShouldBe(0);
        store.OpaqueKeyCount.ShouldBe(there);
        store.Clear();
        store.Restore(then, Prefix).Entries.ShouldBe(0);
        store.OpaqueKeyCount.ShouldBe(0);

        // The whole has them, and takes them away.
        var empty = store.Restore(then).BeforeName;
        store.OpaqueKeyCount.ShouldBe(there);
        store.Count().ShouldBe(readable);
        store.Restore(empty);
        store.OpaqueKeyCount.ShouldBe(0);
        store.Restore(then).Entries.ShouldBe(readable + there);
        using var killed = home.Killed().Open();
        killed.OpaqueKeyCount.ShouldBe(there);
        killed.Count().ShouldBe(readable);
    }

    [Fact]
    public void Restore_KeysThatAreNotUtf8IntoJson_IsRefusedAndSaysHowManyThereAre()
    {
        var home = RestoreHome.At(KvDurability.Process);
        var source = RestoreHome.At(KvDurability.Process);
        Fixtures.CopyTo("invalid-utf8", source.Disk, StoreHome.Path);
        var name = source.Snapshots()[^1];
        using var store = home.Open(options => options.Format = KvFormat.Json);
        store.Set("a", 1);
        home.WriteFile("snapshots/" + name, source.ReadFile("snapshots/" + name));

        var message = Should.Throw<KvSerializationException>(() => store.Restore(name)).Message;

        message.ShouldContain(name);
        message.ShouldContain("of its keys are not UTF-8, and JSON cannot hold them. Nothing was changed");
        store.Contents().ShouldBe("a=1");
        store.ListSnapshots().SelectMany(one => one.PinnedNames).ShouldBeEmpty();
    }

    [Fact]
    public async Task Restore_PrefixThatIsProtectedMeanwhile_IsLeftAlone()
    {
        var home = RestoreHome.At(KvDurability.Process);
        using var store = home.Open();
        store.Set("p:a", 1);
        store.Set("q:a", 1);
        var then = store.Save()!.FileName;
        store.Set("p:a", 2);
        store.Set("q:a", 2);
        var token = TestContext.Current.CancellationToken;
        using (var hold = home.Files.Hold(operation => operation.Kind == FileOperationKind.Read && operation.Path.EndsWith(then, StringComparison.Ordinal)))
        {
            var restore = store.RestoreAsync(then, cancellationToken: token);
            await hold.Reached.WaitAsync(token);
            store.Protect("p:");
            hold.Release();

            (await restore).Entries.ShouldBe(1);
        }

        store.Contents().ShouldBe("p:a=2 q:a=1");
        using var killed = home.Killed().Open();
        killed.Contents().ShouldBe("p:a=2 q:a=1");
    }

    [Fact]
    public async Task Restore_AllOfItProtectedMeanwhile_IsRefusedAndLeavesNothing()
    {
        var home = RestoreHome.At(KvDurability.Process);
        using var store = home.Open();
        store.Set("p:a", 1);
        var then = store.Save()!.FileName;
        store.Set("p:a", 2);
        var token = TestContext.Current.CancellationToken;
        using var hold = home.Files.Hold(operation => operation.Kind == FileOperationKind.Read && operation.Path.EndsWith(then, StringComparison.Ordinal));
        var restore = store.RestoreAsync(then, "p:", token);
        await hold.Reached.WaitAsync(token);
        store.Protect("p:");
        hold.Release();

        (await Should.ThrowAsync<KvSnapshotException>(() => restore)).Reason.ShouldBe(KvSnapshotProblem.Protected);
        store.Contents().ShouldBe("p:a=2");
        store.ListSnapshots().SelectMany(one => one.PinnedNames).ShouldBeEmpty();
    }

    [Fact]
    public void Restore_ManyEntries_AreAllThere()
    {
        using var store = RestoreHome.At(KvDurability.Process).Open();
        for (var i = 0; i < 3_000; i++)
        {
            store.Set(string.Create(CultureInfo.InvariantCulture, $"{(i % 2 == 0 ? "p" : "q")}:{i}"), i);
        }

        var then = store.Save()!;
        store.RemoveByPrefix("p:");
        store.Set("p:new", 1);

        store.Restore(then.FileName, "p:").Entries.ShouldBe(1_500);

        store.Count("p:").ShouldBe(1_500);
        store.Count("q:").ShouldBe(1_500);
        store.Count().ShouldBe(3_000);
    }

    [Fact]
    public void Restore_Told_IsLoggedMeasuredAndSlides()
    {
        var home = RestoreHome.At(KvDurability.Process);
        using var store = home.Open();
        store.Set("slides", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(50) });
        var then = store.Save()!;
        store.Clear();
        store.Restore(then.FileName);
        home.Clock.Advance(TimeSpan.FromSeconds(30));
        store.TryGet<int>("slides", out _).ShouldBeTrue();
        home.Clock.Advance(TimeSpan.FromSeconds(3));

        home.Log.Entries.ShouldContain(entry => entry.Id == 65);
        using var killed = home.Killed().Open();
        killed.GetTimeToLive("slides").Remaining!.Value.ShouldBeGreaterThan(TimeSpan.FromSeconds(40));
    }
}
