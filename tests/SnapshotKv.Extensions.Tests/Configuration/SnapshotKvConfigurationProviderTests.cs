using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using SnapshotKv.Extensions.Configuration;
using SnapshotKv.Extensions.Diagnostics;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Configuration;

public sealed class SnapshotKvConfigurationProviderTests
{
    [Fact]
    public void Snapshot_Commit_AsksForASnapshotAfterTheDebounceAndPublishesIt()
    {
        var store = new SnapshotStoreDouble();
        using var followed = new Followed(store);

        store.Set("config:a", "1");
        followed.Clock.Advance(TimeSpan.FromMilliseconds(249));
        (store.Saves, followed["a"]).ShouldBe((0, null));

        followed.Clock.Advance(TimeSpan.FromMilliseconds(1));
        (store.Saves, followed["a"], followed.Reloads).ShouldBe((1, "1", 1));
    }

    [Fact]
    public void Snapshot_PublishedSet_IsTheSnapshotsAndNotWhatIsInMemory()
    {
        var store = new SnapshotStoreDouble();
        using var followed = new Followed(store);
        store.Set("config:a", "in the snapshot");
        var contents = store.Capture("config:");
        store.Set("config:a", "later");

        store.Tell(contents);

        followed["a"].ShouldBe("in the snapshot");
    }

    [Fact]
    public void Snapshot_OlderNotice_IsIgnored()
    {
        var store = new SnapshotStoreDouble();
        using var followed = new Followed(store);
        store.Set("config:a", "older");
        var older = store.Capture("config:");
        store.Set("config:a", "newer");
        var newer = store.Capture("config:");

        store.Tell(newer);
        store.Tell(older);

        followed["a"].ShouldBe("newer");
        followed.Reloads.ShouldBe(1);
    }

    [Fact]
    public void Snapshot_SavedByAnother_IsPublishedAtOnce()
    {
        var store = new SnapshotStoreDouble();
        using var followed = new Followed(store);

        store.Set("config:a", "1");
        store.Save();

        followed["a"].ShouldBe("1");
    }

    [Fact]
    public void Snapshot_RootReload_StaysWithTheSnapshot()
    {
        var store = new SnapshotStoreDouble();
        using var followed = new Followed(store);
        store.Set("config:a", "not saved");

        followed.Root.Reload();

        followed["a"].ShouldBeNull();
    }

    [Fact]
    public void Snapshot_StoreWithoutSnapshots_FollowsCommits()
    {
        var store = new StoreDouble();
        using var followed = new Followed(store);

        store.Set("config:a", "1");
        followed.Settle();

        followed["a"].ShouldBe("1");
    }

    [Fact]
    public void Change_Commit_IsPublishedWithoutASnapshot()
    {
        var store = new SnapshotStoreDouble();
        using var followed = new Followed(store, source => source.ReloadOn = SnapshotKvReloadMode.Change);

        store.Set("config:a", "1");
        followed.Settle();

        (store.Saves, followed["a"]).ShouldBe((0, "1"));
    }

    [Fact]
    public void Change_WithoutDebounce_IsPublishedByTheCommit()
    {
        var store = new StoreDouble();
        using var followed = new Followed(store, source =>
        {
            source.ReloadOn = SnapshotKvReloadMode.Change;
            source.ReloadDebounce = TimeSpan.Zero;
        });

        store.Set("config:a", "1");
        store.Set("config:a", "2");

        (followed["a"], followed.Reloads).ShouldBe(("2", 2));
    }

    [Theory]
    [InlineData(SnapshotKvReloadMode.Snapshot)]
    [InlineData(SnapshotKvReloadMode.Never)]
    public void RootReload_OverrideInMemory_IsDropped(SnapshotKvReloadMode mode)
    {
        var store = new SnapshotStoreDouble();
        store.Set("config:a", "1");
        store.Save();
        using var followed = new Followed(store, source => source.ReloadOn = mode);
        followed.Root["a"] = "override";
        followed.Root["b"] = "new";

        followed.Root.Reload();

        (followed["a"], followed["b"]).ShouldBe(("1", null));
    }

    [Fact]
    public void Never_Commits_AreReadOnlyByReload()
    {
        var store = new SnapshotStoreDouble();
        using var followed = new Followed(store, source => source.ReloadOn = SnapshotKvReloadMode.Never);

        store.Set("config:a", "1");
        followed.Settle();
        store.Save();
        (followed["a"], store.Watchers).ShouldBe((null, 0));

        followed.Root.Reload();
        followed["a"].ShouldBe("1");
    }

    [Fact]
    public void Published_Changes_AreNamedAtDebugAndCountedAtInformation()
    {
        var store = new StoreDouble();
        store.Set("config:changed", "secret-one");
        store.Set("config:removed", "secret-two");
        using var followed = new Followed(store);

        store.Commit(store.CreateBatch().Set("config:changed", "secret-three").Remove("config:removed").Set("config:added", "secret-four"));
        followed.Settle();

        followed.Log.Entries.Last(entry => entry.Id.Id == SnapshotKvEventIds.ConfigurationKeysChanged).Message.ShouldContain("added, changed, removed");
        followed.Log.Entries.Last(entry => entry.Id.Id == SnapshotKvEventIds.ConfigurationPublished).Message.ShouldContain("keys: 2; changed, added or removed: 3.");
        followed.Log.Entries.ShouldAllBe(entry => !entry.Message.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void Published_CaseOfAKeyOnly_ChangesNothing()
    {
        var store = new StoreDouble();
        store.Set("config:Key", "1");
        using var followed = new Followed(store);

        store.Commit(store.CreateBatch().Remove("config:Key").Set("config:KEY", "1"));
        followed.Settle();

        followed.Reloads.ShouldBe(0);
    }

    [Fact]
    public void Published_NullInPlaceOfNone_IsAChange()
    {
        var store = new StoreDouble();
        using var followed = new Followed(store);

        store.Set<string?>("config:a", null);
        followed.Settle();

        followed.Reloads.ShouldBe(1);
    }

    [Fact]
    public void Read_CommitInTheMiddle_IsSeenWholeOrNotAtAll()
    {
        var store = new StoreDouble();
        store.Commit(store.CreateBatch().Set("config:a", "1").Set("config:b", "1"));
        store.AfterRead = key =>
        {
            store.AfterRead = static _ => { };
            store.Commit(store.CreateBatch().Set("config:a", "2").Set("config:b", "2"));
        };

        using var followed = new Followed(store);

        (followed["a"], followed["b"]).ShouldBe(("2", "2"));
    }

    [Fact]
    public void Read_WritesWithoutEnd_GivesUp()
    {
        var store = new StoreDouble();
        store.Set("config:a", 0);
        var writes = 0;
        store.AfterRead = _ => store.Set("config:a", ++writes);

        Should.Throw<KvConflictException>(() => new Followed(store));
    }

    [Fact]
    public void Clear_OfTheStore_IsFollowed()
    {
        var store = new SnapshotStoreDouble();
        store.Set("config:a", "1");
        using var followed = new Followed(store);

        store.Clear();
        followed.Settle();

        (followed["a"], followed.Reloads).ShouldBe((null, 1));
    }

    [Fact]
    public void Store_ThatThrowsOnSave_IsTriedAgainLaterEachTime()
    {
        var store = new SnapshotStoreDouble();
        using var followed = new Followed(store);
        store.Fault = static operation => operation == "Save" ? new KvStoreUnavailableException("disk full") : null;

        store.Set("config:a", "1");
        followed.Settle();
        followed.Log.Count(SnapshotKvEventIds.ConfigurationStoreFailed).ShouldBe(1);
        followed.Errors.Single().ShouldBeOfType<KvStoreUnavailableException>();
        followed["a"].ShouldBeNull();

        followed.Clock.Advance(TimeSpan.FromSeconds(1));
        followed.Log.Count(SnapshotKvEventIds.ConfigurationStoreFailed).ShouldBe(2);
        followed.Clock.Advance(TimeSpan.FromSeconds(1));
        followed.Log.Count(SnapshotKvEventIds.ConfigurationStoreFailed).ShouldBe(2);

        store.Fault = static _ => null;
        followed.Clock.Advance(TimeSpan.FromSeconds(1));
        followed["a"].ShouldBe("1");
    }

    [Theory]
    [InlineData("Watch")]
    [InlineData("GetKeys")]
    [InlineData("TryReadEncoded")]
    [InlineData("TryCommit")]
    public void Store_ThatThrowsWhenFollowed_IsTriedAgainAndNothingIsLost(string operation)
    {
        var store = new StoreDouble();
        store.Set("config:a", "0");
        using var followed = new Followed(store);
        store.Fault = name => name == operation ? new InvalidOperationException("broken") : null;
        if (operation == "TryCommit")
        {
            store.Inner.Set("config:a", "1");
        }

        store.SetEncoded("config:b", new([0xC3]));
        followed.Settle();
        followed.Log.Count(SnapshotKvEventIds.ConfigurationStoreFailed).ShouldBeGreaterThan(0);
        followed["b"].ShouldBeNull();

        store.Fault = static _ => null;
        followed.Clock.Advance(TimeSpan.FromMinutes(2));
        followed["b"].ShouldBe("True");
        store.Set("config:b", "2");
        followed.Settle();
        followed["b"].ShouldBe("2");
    }

    [Theory]
    [InlineData("Watch")]
    [InlineData("GetKeys")]
    public void Store_ThatThrowsAtTheStart_ThrowsFromLoad(string operation)
    {
        var store = new StoreDouble { Fault = name => name == operation ? new KvStoreUnavailableException("broken") : null };

        Should.Throw<KvStoreUnavailableException>(() => new Followed(store));
    }

    [Fact]
    public void Store_ThatIsClosed_LeavesTheConfigurationAndSaysSo()
    {
        var store = new StoreDouble();
        store.Set("config:a", "1");
        using var followed = new Followed(store);

        store.SetEncoded("config:b", new([0xC3]));
        store.Inner.Dispose();
        followed.Settle();
        followed["a"].ShouldBe("1");
        followed.Log.Count(SnapshotKvEventIds.ConfigurationStoreClosed).ShouldBe(1);
        followed.Clock.PendingTimers.ShouldBe(0);

        followed.Root.Reload();
        followed["a"].ShouldBe("1");
        followed.Log.Count(SnapshotKvEventIds.ConfigurationReloadFailed).ShouldBe(1);
    }

    [Fact]
    public void ErrorCallback_ThatThrows_IsLogged()
    {
        var store = new StoreDouble();
        using var followed = new Followed(store, source => source.OnError = static _ => throw new InvalidOperationException("callback"));

        store.SetBytes("config:a", [1]);
        followed.Settle();

        followed.Log.Count(SnapshotKvEventIds.ConfigurationErrorCallbackFailed).ShouldBe(1);
    }

    [Fact]
    public void BadSet_InLaterSnapshots_IsReportedOnce()
    {
        var store = new SnapshotStoreDouble();
        using var followed = new Followed(store);
        store.SetBytes("config:a", [1]);
        followed.Settle();

        store.Set("cache:x", "1");
        store.Save();
        store.Save();

        followed.Errors.Count.ShouldBe(1);
        followed.Log.Count(SnapshotKvEventIds.ConfigurationUnreadable).ShouldBe(1);
    }

    [Fact]
    public void Dispose_PendingDebounce_EndsItAndKeepsWhatWasPublished()
    {
        var store = new SnapshotStoreDouble();
        store.Set("config:a", "1");
        var followed = new Followed(store);
        store.Set("config:a", "2");

        followed.Dispose();
        followed.Settle();
        store.Set("config:a", "3");
        store.Save();

        (followed["a"], followed.Clock.PendingTimers, store.Watchers).ShouldBe(("1", 0, 0));
        Should.Throw<ObjectDisposedException>(followed.Provider.Load);
    }

    [Fact]
    public async Task DirectoryGone_UnderARunningApplication_KeepsTheConfigurationAndReports()
    {
        using var directory = new TemporaryDirectory();
        TestStore.Write(directory.Path, "config:a", "1");
        var log = new CapturingLogger();
        using var factory = LoggerFactory.Create(builder => builder.AddProvider(log));
        using var root = (ConfigurationRoot)new ConfigurationBuilder().AddSnapshotKv(source =>
        {
            source.Path = directory.Path;
            source.ReloadDebounce = TimeSpan.Zero;
            source.LoggerFactory = factory;
            source.TimeProvider = new ManualTimeProvider();
        }).Build();
        using var store = KvStore.OpenShared(new SnapshotKvOptions { Path = directory.Path }, "test");

        TestHost.BreakSaving(directory.Path);
        store.Set("config:a", "2");
        await log.WaitForAsync(SnapshotKvEventIds.ConfigurationStoreFailed);
        root["a"].ShouldBe("1");

        TestHost.RepairSaving(directory.Path);
        await store.SaveAsync(TestContext.Current.CancellationToken);
        await log.WaitForAsync(SnapshotKvEventIds.ConfigurationPublished, times: 2);
        root["a"].ShouldBe("2");
    }
}
