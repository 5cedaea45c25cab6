using Microsoft.Extensions.Primitives;
using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests.Documents;

/// <summary>The code of <c>docs/guides/store.md</c>, run.</summary>
public sealed class StoreGuideTests
{
    [Fact]
    public async Task Guide_EachBlock_DoesWhatThePageSays()
    {
        using var temporary = new TemporaryDirectory();
        var directory = Path.Combine(temporary.Path, "data");

        // begin open
        using var store = KvStore.Open(directory, new SnapshotKvOptions { MaxSnapshots = 10 });
        // end open

        // begin values
        store.Set("user:1", new User { Name = "Ada", Visits = 3 });
        store.Set("greeting", "hello");
        if (store.TryGet<User>("user:1", out var user))
        {
            user!.Visits++;
            store.Set("user:1", user);
        }

        // Whatever it is, also if Go wrote it: null, bool, long, double, string, byte[], lists and dictionaries of these, …
        store.TryGet("greeting", out object? anything);
        // end values
        anything.ShouldBe("hello");
        store.TryGet<User>("user:1", out var changed).ShouldBeTrue();
        changed!.Visits.ShouldBe(4);

        // begin expiry
        store.Set("code", 1234, TimeSpan.FromMinutes(10));
        store.Set("login", "ada", new KvEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(20) });
        var left = store.GetTimeToLive("code").Remaining;
        // end expiry
        left.ShouldNotBeNull();
        store.GetTimeToLive("login").Remaining.ShouldNotBeNull();

        // begin prefixes
        var users = store.Count("user:");
        foreach (var (key, value) in store.Scan<User>("user:"))
        {
            store.Set($"seen:{key}", value!.Name);
        }

        // The same keys without their prefix.
        var partition = store.GetPartition("user:");
        var exists = partition.Exists("1");
        // end prefixes
        users.ShouldBe(1);
        exists.ShouldBeTrue();
        store.Exists("seen:user:1").ShouldBeTrue();

        // begin batches
        store.Commit(store.CreateBatch().Set("user:2", new User { Name = "Grace" }).Remove("code"));

        // Only if nobody changed the entry since it was read.
        store.TryGet<User>("user:2", out var grace, out var version);
        grace!.Visits = 7;
        var result = store.TryCommit(store.CreateBatch().Set("user:2", grace).Set("audit:1", "visits").RequireVersion("user:2", version));
        // end batches
        store.Exists("code").ShouldBeFalse();
        result.IsCommitted.ShouldBeTrue();

        // begin atomic
        var visits = store.Increment("visits");
        var isFirst = store.TryAdd("lock:report", Environment.MachineName, new KvEntryOptions { TimeToLive = TimeSpan.FromMinutes(1) });
        if (store.TryGet<User>("user:1", out var ada, out var adasVersion))
        {
            ada!.Visits++;
            var isReplaced = store.TryUpdate("user:1", ada, adasVersion);
        }

        // end atomic
        visits.ShouldBe(1);
        isFirst.ShouldBeTrue();
        store.TryGet<User>("user:1", out var visited).ShouldBeTrue();
        visited!.Visits.ShouldBe(5);

        var token = TestContext.Current.CancellationToken;

        // begin get-or-create
        var rates = await store.GetOrCreateAsync(
            "rates",
            async cancellationToken => await DownloadRatesAsync(cancellationToken),
            new KvEntryOptions { TimeToLive = TimeSpan.FromHours(1) },
            token);
        // end get-or-create
        rates!["EUR"].ShouldBe(1.0);

        // begin bulk
        store.SetMany(new Dictionary<string, int> { ["stock:1"] = 5, ["stock:2"] = 0 });
        var stock = store.GetMany<int>(["stock:1", "stock:2", "stock:3"]);
        var removed = store.RemoveMany(["stock:1", "stock:2", "stock:3"]);
        // end bulk
        stock.ShouldBe(new Dictionary<string, int> { ["stock:1"] = 5, ["stock:2"] = 0 });
        removed.ShouldBe(2);

        // begin tags
        store.Set("page:/", "<html>", new KvEntryOptions { Tags = ["catalogue", "home"] });
        store.Set("page:/shoes", "<html>", new KvEntryOptions { Tags = ["catalogue"] });
        var pages = store.RemoveByTag("catalogue");
        // end tags
        pages.ShouldBe(2);

        // begin partitions
        var sessions = store.GetPartition("session:", new KvPartitionOptions
        {
            DefaultEntryOptions = new KvEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(20) },
        });
        sessions.Set("abc", "ada");
        sessions.Set("forever", "root", Timeout.InfiniteTimeSpan);
        var count = sessions.Clear();
        // end partitions
        count.ShouldBe(2);

        var seen = new List<string>();

        // begin watch-token
        using var registration = ChangeToken.OnChange(() => store.Watch("feature:"), () => seen.Add("changed"));
        store.Set("feature:dark-mode", true);
        // end watch-token
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        var watching = WatchAsync(store, seen, stop);
        store.Set("order:1", "new");
        await watching;
        seen.ShouldContain("order:1 Set");

        // begin saving
        var snapshot = store.Save();
        // end saving
        store.ListSnapshots().ShouldBe([snapshot!]);
    }

    private static async Task WatchAsync(KvStore store, List<string> seen, CancellationTokenSource stop)
    {
        var token = stop.Token;
        await Should.ThrowAsync<OperationCanceledException>(async () =>
        {
            // begin watch
            await foreach (var change in store.WatchAsync("order:", token))
            {
                if (change.Kind is KvChangeKind.Missed or KvChangeKind.Reset)
                {
                    ReadAnew("order:");
                }
                else
                {
                    Handle(change);
                }
            }

            // end watch
        });

        void Handle(KvChange change)
        {
            seen.Add($"{change.Key} {change.Kind}");
            stop.Cancel();
        }

        static void ReadAnew(string prefix) => throw new InvalidOperationException($"Nobody is slow here, at {prefix}.");
    }

    private static Task<Dictionary<string, double>> DownloadRatesAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(new Dictionary<string, double> { ["EUR"] = 1.0 });
    }

    private sealed class User
    {
        public string Name { get; set; } = "";

        public int Visits { get; set; }
    }
}
