namespace SnapshotKv.Tests.Store;

/// <summary>Several threads on one store. What is asserted holds for every interleaving; the threads only look for one in which it does not.</summary>
public sealed class KvStoreConcurrencyTests
{
    [Fact]
    public async Task FirstPrefixCall_WhileWritersRun_BuildsAnIndexThatMissesNothing()
    {
        for (var round = 0; round < 20; round++)
        {
            using var store = KvStore.Open((string?)null);
            for (var i = 0; i < 2_000; i++)
            {
                store.Set($"old:{i:D4}", i);
            }

            var writers = Enumerable.Range(0, 2).Select(writer => Task.Run(() =>
            {
                for (var i = writer; i < 2_000; i += 2)
                {
                    store.Remove($"old:{i:D4}");
                    store.Set($"new:{i:D4}", i);
                }
            })).ToArray();
            _ = store.Count("new:");
            await Task.WhenAll(writers);

            store.Count("old:").ShouldBe(0);
            store.GetKeys("new:").ShouldBe(Enumerable.Range(0, 2_000).Select(i => $"new:{i:D4}"));
        }
    }

    [Fact]
    public async Task Clear_WhileTheIndexIsBuilt_LeavesItEmpty()
    {
        for (var round = 0; round < 50; round++)
        {
            using var store = KvStore.Open((string?)null);
            for (var i = 0; i < 500; i++)
            {
                store.Set($"k{i}", i);
            }

            var clear = Task.Run(store.Clear, TestContext.Current.CancellationToken);
            _ = store.Count("k");
            await clear;

            store.GetKeys().ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Commit_OfSeveralKeys_IsWholeInEveryRead_EverySnapshotAndAfterReopening()
    {
        var home = new StoreHome();
        string[] keys = ["a", "b", "c", "d"];
        using var done = new CancellationTokenSource();
        using (var store = home.Open(options => options.MaxSnapshots = 1_000))
        {
            Commit(store, 0);
            var reader = Task.Run(
                () =>
                {
                    for (var i = 0; !done.IsCancellationRequested; i++)
                    {
                        var first = Number(store, keys[i % keys.Length]);
                        Number(store, keys[(i + 1 + (i / keys.Length % 3)) % keys.Length]).ShouldBeGreaterThanOrEqualTo(first);
                    }
                },
                TestContext.Current.CancellationToken);
            var saver = Task.Run(
                () =>
                {
                    while (home.Snapshots().Count < 10)
                    {
                        store.Save();
                    }
                },
                TestContext.Current.CancellationToken);
            for (var number = 1; !saver.IsCompleted; number++)
            {
                Commit(store, number);
            }

            await saver;
            await done.CancelAsync();
            await reader;
        }

        foreach (var name in home.Snapshots())
        {
            var copy = new StoreHome();
            copy.WriteFile("snapshots/" + name, home.ReadFile("snapshots/" + name));
            using var then = copy.Open();
            keys.Select(key => Number(then, key)).Distinct().Count().ShouldBe(1, name);
        }

        void Commit(KvStore store, int number)
        {
            var batch = new KvBatch();
            foreach (var key in keys)
            {
                batch.SetBytes(key, BitConverter.GetBytes(number));
            }

            store.Commit(batch);
        }

        static int Number(KvStore store, string key) => store.TryGetBytes(key, out var value) ? BitConverter.ToInt32(value) : -1;
    }

    [Fact]
    public async Task Dispose_WhileOthersWork_EndsThemWithOneAnswerOnly()
    {
        for (var round = 0; round < 20; round++)
        {
            var home = new StoreHome();
            var store = home.Open(options => options.SaveDebounce = TimeSpan.Zero);
            var last = -1;
            var writer = Task.Run(
                () =>
                {
                    for (var i = 0; ; i++)
                    {
                        store.Set("k", i);
                        Volatile.Write(ref last, i);
                    }
                },
                TestContext.Current.CancellationToken);
            var reader = Task.Run(
                () =>
                {
                    while (true)
                    {
                        store.TryGet<int>("k", out _);
                        _ = store.Count("k");
                    }
                },
                TestContext.Current.CancellationToken);
            SpinWait.SpinUntil(() => Volatile.Read(ref last) >= 0);
            store.Dispose();

            await Should.ThrowAsync<ObjectDisposedException>(() => writer);
            await Should.ThrowAsync<ObjectDisposedException>(() => reader);

            // Everything that was acknowledged before the close is there.
            using var reopened = home.Open();
            reopened.TryGet<int>("k", out var value).ShouldBeTrue();
            value.ShouldBeGreaterThanOrEqualTo(last);
        }
    }

    [Fact]
    public async Task Slide_AndSweepAtTheSameTime_NeverRemoveALiveEntry()
    {
        var home = new StoreHome();
        using var store = home.Open(options => options.TtlCleanupInterval = TimeSpan.FromSeconds(1));
        store.Set("k", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(3) });
        using var done = new CancellationTokenSource();
        var refresher = Task.Run(
            () =>
            {
                while (!done.IsCancellationRequested)
                {
                    store.Refresh("k").ShouldBeTrue();
                }
            },
            TestContext.Current.CancellationToken);

        // Each second the sweep runs beside the refreshing; between two of them the entry is refreshed at least once.
        for (var i = 0; i < 2_000; i++)
        {
            store.Refresh("k").ShouldBeTrue();
            home.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        await done.CancelAsync();
        await refresher;
    }
}
