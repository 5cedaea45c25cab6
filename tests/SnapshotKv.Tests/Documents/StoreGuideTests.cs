using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests.Documents;

/// <summary>The code of <c>docs/guides/store.md</c>, run.</summary>
public sealed class StoreGuideTests
{
    [Fact]
    public void Guide_EachBlock_DoesWhatThePageSays()
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
        store.Commit(new KvBatch().SetBytes("blob:1", [1, 2, 3]).Remove("code"));
        // end batches
        store.Exists("code").ShouldBeFalse();

        // begin saving
        var snapshot = store.Save();
        // end saving
        store.ListSnapshots().ShouldBe([snapshot!]);
    }

    private sealed class User
    {
        public string Name { get; set; } = "";

        public int Visits { get; set; }
    }
}
