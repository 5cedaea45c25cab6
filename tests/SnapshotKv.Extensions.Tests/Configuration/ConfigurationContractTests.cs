using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;
using SnapshotKv.Extensions.Configuration;
using SnapshotKv.Extensions.Diagnostics;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Configuration;

/// <summary>docs/contracts.md, section 3.4: what the framework promises of a configuration provider, rule by rule.</summary>
public sealed class ConfigurationContractTests
{
    [Fact]
    public void Rule3_4_01_Keys_IgnoreCaseAndTheLastProviderWins()
    {
        var store = new StoreDouble();
        store.Set("config:Mail:Host", "from the store");
        var before = new Dictionary<string, string?> { ["mail:host"] = "before", ["mail:port"] = "25" };
        var after = new Dictionary<string, string?> { ["MAIL:PORT"] = "26" };
        using var root = (ConfigurationRoot)new ConfigurationBuilder()
            .AddInMemoryCollection(before).AddSnapshotKv(source => source.Store = store).AddInMemoryCollection(after).Build();

        root["MAIL:HOST"].ShouldBe("from the store");
        root["Mail:Port"].ShouldBe("26");
    }

    [Fact]
    public void Rule3_4_01_NullValue_HidesAnEarlierOneAndDiffersFromNone()
    {
        var store = new StoreDouble();
        store.Set<string?>("config:Mail:Host", null);
        using var root = (ConfigurationRoot)new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Mail:Host"] = "before", ["Mail:Port"] = "25" })
            .AddSnapshotKv(source => source.Store = store).Build();
        var provider = root.Providers.Last();

        root["Mail:Host"].ShouldBeNull();
        root["Mail:Port"].ShouldBe("25");
        provider.TryGet("Mail:Host", out _).ShouldBeTrue();
        provider.TryGet("Mail:Port", out _).ShouldBeFalse();
    }

    [Fact]
    public void Rule3_4_02_KeysThatDifferOnlyInCase_AreRefusedNamingBoth()
    {
        var store = new StoreDouble();
        store.Set("config:Mail:Host", "a");
        store.Set("config:mail:host", "b");

        var exception = Should.Throw<FormatException>(() => new Followed(store)).ShouldBeOfType<SnapshotKvConfigurationException>();

        exception.Message.ShouldContain("'Mail:Host'", Case.Sensitive);
        exception.Message.ShouldContain("'mail:host'", Case.Sensitive);
        exception.Problems.Count.ShouldBe(1);
    }

    [Fact]
    public void Rule3_4_03_ChildKeys_AreTheNextSegmentsWithNumbersInTheirOrder()
    {
        var store = new StoreDouble();
        store.Set("config:List", new List<string> { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k" });
        store.Set("config:List:text", "last");
        using var followed = new Followed(store);

        followed.Root.GetSection("List").GetChildren().Select(child => child.Key)
            .ShouldBe(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "text"]);
        followed.Provider.GetChildKeys(["z", "3.5"], "List").ShouldBe(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "3.5", "text", "z"]);
        followed.Provider.GetChildKeys([], null).Distinct().ShouldBe(["List"], "only the next segment");
    }

    [Fact]
    public void Rule3_4_03_ShorterArray_DoesNotShortenAnEarlierOne()
    {
        var store = new StoreDouble();
        store.Set("config:List", new[] { "x" });
        using var root = (ConfigurationRoot)new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["List:0"] = "a", ["List:1"] = "b" })
            .AddSnapshotKv(source => source.Store = store).Build();

        root.GetSection("List").GetChildren().Select(child => child.Value).ShouldBe(["x", "b"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rule3_4_04_Change_ReplacesTheDictionary_AndLeavesTheOneThatReadersAreIn(bool byTheRoot)
    {
        var store = new StoreDouble();
        store.Commit(store.CreateBatch().Set("config:a", "0").Set("config:b", "0"));
        using var followed = new Followed(store);
        var before = Live(followed.Provider);

        if (byTheRoot)
        {
            followed.Root["a"] = "1";
        }
        else
        {
            store.Commit(store.CreateBatch().Set("config:a", "1").Remove("config:b").Set("config:c", "1"));
            followed.Settle();
        }

        Live(followed.Provider).ShouldNotBeSameAs(before);
        followed["a"].ShouldBe("1");
        before.ShouldBe(new Dictionary<string, string?> { ["a"] = "0", ["b"] = "0" }, ignoreOrder: true);
    }

    [Fact]
    public void Rule3_4_04_Readers_TakeNoLock_NotEvenWhileASetIsJudged()
    {
        var store = new StoreDouble();
        store.Set("config:a", "0");
        Followed? reading = null;
        string? seen = null;
        var isFree = false;
        using var followed = new Followed(store, source => source.Validate(_ =>
        {
            if (reading is not null)
            {
                isFree = JoinAnother(() => seen = reading["a"]);
            }

            return [];
        }));
        reading = followed;

        store.Set("config:a", "1");
        followed.Settle();

        (isFree, seen, followed["a"]).ShouldBe((true, "0", "1"));
    }

    [Fact]
    public void Rule3_4_04_ReadersDuringChanges_NeverMeetASetThatIsBeingChanged()
    {
        var store = new StoreDouble();
        using var followed = new Followed(store);
        Exception? thrown = null;
        var isDone = false;
        var reader = new Thread(() => thrown = Record.Exception(() =>
        {
            while (!Volatile.Read(ref isDone))
            {
                _ = followed.Provider.GetChildKeys([], null).Count();
            }
        }));
        reader.Start();

        for (var i = 0; i < 500; i++)
        {
            followed.Root[$"set{i}"] = "by the root";
            if (i % 50 == 0)
            {
                store.Commit(store.CreateBatch().Set("config:a", i).Set($"config:b{i}", i));
                followed.Settle();
            }
        }

        Volatile.Write(ref isDone, true);
        reader.Join();
        thrown.ShouldBeNull();
    }

    [Fact]
    public void Rule3_4_04_SetOfTheRoot_LeavesThePublishedSetAsItWas()
    {
        var store = new StoreDouble();
        store.Set("config:a", "stored");
        store.Set("config:b", "1");
        using var followed = new Followed(store);

        followed.Root["a"] = "set";
        store.Set("config:b", 1);
        followed.Settle();

        // Other bytes for b mean the same, so nothing is published, and what was set stays.
        (followed["a"], followed.Reloads).ShouldBe(("set", 0));
    }

    [Fact]
    public void Rule3_4_05_Reload_ExchangesTheTokenBeforeItFires()
    {
        var store = new StoreDouble();
        using var followed = new Followed(store);
        var token = followed.Provider.GetReloadToken();
        IChangeToken? inCallback = null;
        string? seen = null;
        using var registration = token.RegisterChangeCallback(
            _ =>
            {
                inCallback = followed.Provider.GetReloadToken();
                seen = followed["a"];
            },
            null);

        store.Set("config:a", "1");
        followed.Settle();

        inCallback.ShouldNotBeNull().ShouldNotBeSameAs(token);
        inCallback.HasChanged.ShouldBeFalse();
        seen.ShouldBe("1");
    }

    [Fact]
    public void Rule3_4_05_CallbackThatThrows_IsLoggedAndTheChangeIsPublished()
    {
        var store = new StoreDouble();
        using var followed = new Followed(store);
        using var registration = followed.Provider.GetReloadToken().RegisterChangeCallback(static _ => throw new InvalidOperationException("callback"), null);

        store.Set("config:a", "1");
        followed.Settle();
        store.Set("config:a", "2");
        followed.Settle();

        followed["a"].ShouldBe("2");
        followed.Log.Count(SnapshotKvEventIds.ConfigurationCallbackFailed).ShouldBe(1);
    }

    [Fact]
    public void Rule3_4_05_Callback_MayUseTheStoreAndReload()
    {
        var store = new SnapshotStoreDouble();
        using var followed = new Followed(store);
        using var registration = followed.Provider.GetReloadToken().RegisterChangeCallback(
            _ =>
            {
                JoinAnother(followed.Root.Reload).ShouldBeTrue("a lock keeps others out");
                store.Set("config:b", "from the callback");
            },
            null);

        store.Set("config:a", "1");
        followed.Settle();
        followed.Settle();

        followed["b"].ShouldBe("from the callback");
    }

    [Theory]
    [InlineData(SnapshotKvReloadMode.Snapshot)]
    [InlineData(SnapshotKvReloadMode.Change)]
    public async Task Rule3_4_05_Callback_HoldsNoLockOfTheEngine(SnapshotKvReloadMode mode)
    {
        using var directory = new TemporaryDirectory();
        using var store = KvStore.Open(directory.Path, new SnapshotKvOptions { TimeProvider = new ManualTimeProvider() });
        using var followed = new Followed(store, source => (source.ReloadOn, source.ReloadDebounce) = (mode, TimeSpan.Zero));
        var isFree = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = followed.Provider.GetReloadToken().RegisterChangeCallback(
            _ => isFree.SetResult(JoinAnother(() =>
            {
                store.Set("elsewhere", 1);
                store.Save();
            })),
            null);

        store.Set("config:a", "1");

        (await isFree.Task.WaitAsync(TestContext.Current.CancellationToken)).ShouldBeTrue("a lock keeps others out");
    }

    [Fact]
    public void Rule3_4_05_ManyCommits_FireOncePerWindow()
    {
        var store = new StoreDouble();
        using var followed = new Followed(store);

        for (var i = 0; i < 10; i++)
        {
            store.Set("config:a", i);
            followed.Clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        followed.Reloads.ShouldBe(0);
        followed.Clock.Advance(TimeSpan.FromMilliseconds(150));
        followed.Reloads.ShouldBe(1);
        followed["a"].ShouldBe("9");
    }

    [Theory]
    [InlineData(SnapshotKvReloadMode.Snapshot)]
    [InlineData(SnapshotKvReloadMode.Change)]
    public void Rule3_4_05_SameEffectiveData_FiresNothing(SnapshotKvReloadMode mode)
    {
        var store = new SnapshotStoreDouble();
        store.Set("config:a", "1");
        store.Set("config:m:x", "2");
        using var followed = new Followed(store, source => source.ReloadOn = mode);

        // Other bytes, the same text; and a change elsewhere.
        store.Set("config:a", 1);
        store.Remove("config:m:x");
        store.Set("config:m", new Dictionary<string, int> { ["x"] = 2 });
        store.Set("cache:a", "x");
        followed.Settle();
        store.Save();

        followed.Reloads.ShouldBe(0);
        followed.Log.Count(SnapshotKvEventIds.ConfigurationPublished).ShouldBe(1);
    }

    [Fact]
    public void Rule3_4_06_RootReload_RaisesOneToken()
    {
        var store = new StoreDouble();
        using var followed = new Followed(store, source => source.ReloadOn = SnapshotKvReloadMode.Never);
        store.Set("config:a", "1");

        followed.Root.Reload();

        followed.Reloads.ShouldBe(1);
        followed["a"].ShouldBe("1");
    }

    [Fact]
    public async Task Rule3_4_07_SetOfTheRoot_IsInMemoryUntilTheNextSet()
    {
        var store = new SnapshotStoreDouble();
        store.Set("config:a", "stored");
        using var followed = new Followed(store);

        followed.Root["a"] = "set";
        followed.Root["b"] = "set";
        await store.SaveAsync(TestContext.Current.CancellationToken);

        followed["a"].ShouldBe("set");
        followed["b"].ShouldBe("set");
        store.TryGet<string>("config:a", out var stored).ShouldBeTrue();
        stored.ShouldBe("stored");
        store.Exists("config:b").ShouldBeFalse();

        store.Set("config:c", "3");
        followed.Settle();
        followed["a"].ShouldBe("stored");
        followed["b"].ShouldBeNull();
    }

    [Fact]
    public void Rule3_4_08_RequiredAndAbsent_ThrowsNamingBothRemedies()
    {
        var exception = Should.Throw<InvalidOperationException>(() => new ConfigurationBuilder().AddSnapshotKv().Build());

        exception.Message.ShouldContain("SnapshotKv:Path");
        exception.Message.ShouldContain("AddSnapshotKv(path)");
        exception.Message.ShouldContain(nameof(SnapshotKvConfigurationProvider));
    }

    [Fact]
    public void Rule3_4_08_OptionalAndAbsent_IsEmpty()
    {
        using var root = (ConfigurationRoot)new ConfigurationBuilder().AddSnapshotKv(source => source.Optional = true).Build();

        root.AsEnumerable().ShouldBeEmpty();
        root.Reload();
        root.AsEnumerable().ShouldBeEmpty();
    }

    [Fact]
    public void Rule3_4_08_BadDataOnReload_KeepsTheLastGoodSetAndReports()
    {
        var store = new StoreDouble();
        store.Set("config:a", "1");
        using var followed = new Followed(store);

        store.SetBytes("config:b", [1, 2, 3]);
        followed.Settle();
        followed.Root.Reload();

        followed["a"].ShouldBe("1");
        followed.Errors[0].ShouldBeOfType<SnapshotKvConfigurationException>().Message.ShouldContain("'config:b'");
        followed.Log.Entries.ShouldContain(entry => entry.Id.Id == SnapshotKvEventIds.ConfigurationUnreadable && !entry.Message.Contains("config:b", StringComparison.Ordinal));

        store.Remove("config:b");
        store.Set("config:a", "2");
        followed.Settle();
        followed["a"].ShouldBe("2");
    }

    [Fact]
    public void Rule3_4_09_TwoProvidersOfOneDirectory_ShareTheStore()
    {
        using var directory = new TemporaryDirectory();
        using var first = (ConfigurationRoot)new ConfigurationBuilder().AddSnapshotKv(directory.Path).Build();
        using var second = (ConfigurationRoot)new ConfigurationBuilder().AddSnapshotKv(directory.Path).Build();
        using var store = KvStore.OpenShared(new SnapshotKvOptions { Path = directory.Path }, "test");

        first.Dispose();
        store.Set("config:a", "1");
        second.Reload();

        store.TryGet<string>("config:a", out _).ShouldBeTrue();
    }

    [Fact]
    public void Rule3_4_10_Manager_LoadsAtOnceAndAfterSourcesAreRemoved()
    {
        using var directory = new TemporaryDirectory();
        TestStore.Write(directory.Path, "config:a", "1");
        using var manager = new ConfigurationManager();
        manager.AddInMemoryCollection(new Dictionary<string, string?> { ["SnapshotKv:Path"] = directory.Path });

        manager.AddSnapshotKv();
        manager["a"].ShouldBe("1");

        var other = manager.Sources.First();
        manager.Sources.Remove(other);
        manager["a"].ShouldBe("1");
    }

    [Fact]
    public void Rule3_4_10_Disposal_IsIdempotentAndDropsOnlyOurHandle()
    {
        using var directory = new TemporaryDirectory();
        using var other = KvStore.OpenShared(new SnapshotKvOptions { Path = directory.Path }, "test");
        var root = (ConfigurationRoot)new ConfigurationBuilder().AddSnapshotKv(directory.Path).Build();
        var provider = (IDisposable)root.Providers.Single();

        root.Dispose();
        provider.Dispose();

        other.Set("config:a", "1");
        other.Dispose();
        using var alone = KvStore.Open(directory.Path);
        alone.Exists("config:a").ShouldBeTrue();
    }

    [Fact]
    public void Rule3_4_10_LoadThatThrows_LetsGoOfTheDirectory()
    {
        using var directory = new TemporaryDirectory();
        TestStore.Write(directory.Path, "config:a", new byte[] { 1 });

        Should.Throw<SnapshotKvConfigurationException>(() => new ConfigurationBuilder().AddSnapshotKv(directory.Path).Build());

        using var alone = KvStore.Open(directory.Path);
        alone.Exists("config:a").ShouldBeTrue();
    }

    [Fact]
    public void Rule3_4_10_ForeignStore_IsNeverDisposed()
    {
        var store = new StoreDouble();
        new Followed(store).Dispose();

        store.Set("config:a", "1");
        store.Exists("config:a").ShouldBeTrue();
    }

    [Fact]
    public void Rule3_4_11_Load_CallsNothingAsynchronous()
    {
        var store = new StoreDouble { Fault = static operation => operation.EndsWith("Async", StringComparison.Ordinal) ? new InvalidOperationException(operation) : null };
        store.Set("config:a", "1");
        using var followed = new Followed(store);

        followed.Root.Reload();

        followed["a"].ShouldBe("1");
        followed.Errors.ShouldBeEmpty();
    }

    [Fact]
    public void Rule3_4_12_ToString_ShowsStoreAndPrefixAndNoValue()
    {
        using var directory = new TemporaryDirectory();
        TestStore.Write(directory.Path, "config:Password", "hidden-value");
        using var root = (ConfigurationRoot)new ConfigurationBuilder().AddSnapshotKv(directory.Path).Build();
        var provider = root.Providers.Single();

        provider.ToString().ShouldBe($"SnapshotKvConfigurationProvider (store '{directory.Path}', prefix 'config:')");
        root.GetDebugView().ShouldContain(provider.ToString()!);
        root.GetSnapshotKvDebugView().ShouldNotContain("hidden-value");
    }

    /// <summary>The dictionary that readers are in. The base class shows it to nobody else.</summary>
    private static IDictionary<string, string?> Live(ConfigurationProvider provider) =>
        (IDictionary<string, string?>)typeof(ConfigurationProvider).GetProperty("Data", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(provider)!;

    /// <summary>Does something on another thread, which a lock that is held here would keep out, and tells whether it ended.</summary>
    private static bool JoinAnother(ThreadStart work)
    {
        var other = new Thread(work) { IsBackground = true };
        other.Start();
        return other.Join(TimeSpan.FromMinutes(1));
    }
}
