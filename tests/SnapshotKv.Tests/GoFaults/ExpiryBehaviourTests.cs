using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.GoFaults;

/// <summary>How the original lets entries expire, and how it is here; the table is <c>docs/behaviour-of-the-original.md</c>.</summary>
public sealed class ExpiryBehaviourTests
{
    private readonly StoreHome _home = new();

    [Fact]
    public void Open_GosExpiries_PastOverflowedAndFutureAreToldApart()
    {
        Fixtures.CopyTo("ttl", _home.Disk, StoreHome.Path);
        var asOf = long.Parse((string)Fixtures.LoadExpected("ttl")["asOfUnixNano"]!);
        _home.Clock.SetUtcNow(DateTimeOffset.UnixEpoch.AddTicks(asOf / 100));
        using var store = _home.Open();

        foreach (var entry in Fixtures.LoadSnapshots("ttl").Single()["entries"]!.AsArray())
        {
            var key = (string)entry!["key"]!;
            store.Exists(key).ShouldBe(!(bool)entry["expired"]!, key);
            store.GetTimeToLive(key).Exists.ShouldBe(!(bool)entry["expired"]!, key);
        }

        store.Exists("max-ttl-overflows").ShouldBeFalse();
        store.Exists("max-no-overflow").ShouldBeTrue();
        store.GetTimeToLive("none").ShouldBe(KvTimeToLive.Unlimited);
    }

    [Fact]
    public void Expired_BeforeTheSweep_IsHiddenFromEveryOperation()
    {
        using var store = OpenWithADeadEntry();

        store.TryGet<int>("k", out _).ShouldBeFalse();
        store.TryGetBytes("k", out _).ShouldBeFalse();
        store.Exists("k").ShouldBeFalse();
        store.TryGetInfo("k", out _).ShouldBeFalse();
        store.GetTimeToLive("k").ShouldBe(KvTimeToLive.Missing);
        store.Count().ShouldBe(0);
        store.GetKeys().ShouldBeEmpty();
        store.GetKeysByTag("t").ShouldBeEmpty();
        store.Scan<int>().ShouldBeEmpty();
        store.GetMany<int>(["k"]).ShouldBeEmpty();
        store.Refresh("k").ShouldBeFalse();
        Should.Throw<KvBlobException>(() => store.GetBlob("k")).Reason.ShouldBe(KvBlobProblem.NoSuchKey);
    }

    /// <summary>Go's UpdateBlob and Delete do not look at the expiry.</summary>
    [Fact]
    public void Expired_UpdateBlobAndRemove_FindNothing()
    {
        using var store = OpenWithADeadEntry();

        Should.Throw<KvBlobException>(() => store.UpdateBlob("k", "y"u8)).Reason.ShouldBe(KvBlobProblem.NoSuchKey);
        store.Remove("k").ShouldBeFalse();
        store.TryAdd("k", 2).ShouldBeTrue();
    }

    /// <summary>Go deletes the file in the sweep, before the snapshot that refers to it is gone.</summary>
    [Fact]
    public void Sweep_EntryWithABlob_ItsFileStaysUntilNoSnapshotRefersToIt()
    {
        using var store = OpenWithADeadEntry();
        _home.Clock.Advance(TimeSpan.FromMinutes(10));

        BlobFiles().ShouldBe(1);
        store.Set("other", 1);
        store.Save();
        BlobFiles().ShouldBe(0);
    }

    /// <summary>A store whose only entry has a blob and a tag, is in the one snapshot there is, and is dead.</summary>
    private KvStore OpenWithADeadEntry()
    {
        var store = _home.Open(options => options.MaxSnapshots = 1);
        store.SetBlob("k", 1, "x"u8, new KvEntryOptions { TimeToLive = TimeSpan.FromSeconds(1), Tags = ["t"] });
        store.Save();
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        return store;
    }

    private int BlobFiles() => _home.Names("blobs").Sum(shard => _home.Names($"blobs/{shard}").Count);
}
