using System.Security.Cryptography;
using SnapshotKv.Diagnostics;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Blobs;

namespace SnapshotKv.Tests.Store;

/// <summary>When the files of blobs go, and when they stay.</summary>
public sealed class KvStoreBlobFileTests
{
    private const string Orphan = "blobs/a54/01a201c8-127a-743e-8fcb-80e9fa74ea54.bin";

    private readonly StoreHome _home = new();

    [Theory]
    [InlineData(KvFormat.MessagePack, false)]
    [InlineData(KvFormat.MessagePack, true)]
    [InlineData(KvFormat.Json, false)]
    [InlineData(KvFormat.Json, true)]
    public void OverwrittenBlob_StaysWhileASnapshotRefersToIt_AndGoesWithTheLast(KvFormat format, bool reopens)
    {
        var store = Open();
        store.SetBlob("k", 1, [1]);
        var first = _home.BlobFiles().ShouldHaveSingleItem();
        store.Save();
        Reopen();
        store.SetBlob("k", 1, [2]);
        _home.BlobFiles().ShouldContain(first);
        store.Save();
        Reopen();
        _home.BlobFiles().ShouldContain(first, "two snapshots are kept, and the older one refers to it");
        store.UpdateBlob("k", [3]);
        Reopen();
        store.Save();

        _home.BlobFiles().ShouldNotContain(first);
        _home.BlobFiles().Count.ShouldBe(2);
        store.GetBlob("k").ShouldBe([3]);
        _home.Log.Ids.ShouldContain(KvEventIds.BlobsCollected);
        _home.Log.Ids.ShouldNotContain(KvEventIds.BlobsSwept, "the ledger in the snapshot told all, so nothing was taken for an orphan");
        store.Dispose();

        KvStore Open() => _home.Open(options => (options.Format, options.MaxSnapshots) = (format, 2));

        void Reopen()
        {
            if (reopens)
            {
                store.Dispose();
                store = Open();
            }
        }
    }

    [Fact]
    public void BlobThatComesAndGoesBetweenTwoSaves_GoesWithTheNext()
    {
        using var store = _home.Open();
        store.Set("k", 1);
        store.Save();
        store.SetBlob("k", 1, [1]);
        store.SetBlob("k", 1, [2]);
        store.UpdateBlob("k", [3]);
        store.Remove("k");
        _home.BlobFiles().Count.ShouldBe(3);

        store.Save();

        _home.BlobFiles().ShouldBeEmpty();
    }

    [Fact]
    public void ExpiredEntry_ItsBlobGoesOnceItIsSweptAndNoSnapshotRefersToIt()
    {
        using var store = _home.Open(options => options.MaxSnapshots = 1);
        store.SetBlob("k", 1, [1], new KvEntryOptions { TimeToLive = TimeSpan.FromMinutes(1) });
        store.Save();
        _home.Clock.Advance(TimeSpan.FromMinutes(2));
        store.Set("other", 1);
        store.Save();
        _home.BlobFiles().Count.ShouldBe(1, "the entry is dead, but not swept");
        _home.Clock.Advance(TimeSpan.FromMinutes(5));
        store.EntriesInMemory.ShouldBe(1);
        store.Set("other", 2);
        store.Save();

        _home.BlobFiles().ShouldBeEmpty();
    }

    [Fact]
    public void ExpiredWhileTheStoreWasClosed_ItsBlobGoes()
    {
        using (var store = _home.Open(options => options.MaxSnapshots = 1))
        {
            store.SetBlob("k", 1, [1], new KvEntryOptions { TimeToLive = TimeSpan.FromMinutes(1) });
        }

        _home.Clock.Advance(TimeSpan.FromDays(1));
        using (var store = _home.Open(options => options.MaxSnapshots = 1))
        {
            store.Set("other", 1);
        }

        using (var store = _home.Open(options => options.MaxSnapshots = 1))
        {
            store.Set("other", 2);
        }

        _home.BlobFiles().ShouldBeEmpty();
    }

    [Fact]
    public void Fallback_NoBlobOfBeforeGoes_UntilTheQuarantineIsEmptied()
    {
        using (var store = _home.Open())
        {
            store.SetBlob("a", 1, [1]);
            store.Save();
            store.SetBlob("b", 1, [2]);
        }

        var newest = _home.Snapshots()[^1];
        var bytes = _home.ReadFile($"snapshots/{newest}");
        _home.WriteFile($"snapshots/{newest}", bytes[..^9]);
        var before = _home.BlobFiles();
        foreach (var (reason, others) in new[] { ("the newest snapshot is damaged", 1), ("the quarantine holds", 2) })
        {
            using var store = _home.Open(options => options.MaxSnapshots = 1);
            _home.Log.Entries.ShouldContain(entry => entry.Id == KvEventIds.BlobsHeld && entry.Message.Contains(reason, StringComparison.Ordinal));
            store.Exists("b").ShouldBeFalse();
            store.Remove("a");
            store.SetBlob("new", 1, [3]);
            store.Save();
            store.SetBlob("new", 1, [4]);
            store.Save();
            before.ShouldBeSubsetOf(_home.BlobFiles());
            _home.BlobFiles().Count.ShouldBe(before.Count + others, "what was made and dropped since the opening goes as ever");
        }

        // The damaged file is mended and put back: nothing is missing.
        foreach (var name in _home.Snapshots())
        {
            _home.Disk.Delete($"/data/snapshots/{name}");
        }

        _home.WriteFile($"snapshots/{newest}", bytes);
        using (var mended = _home.Open())
        {
            mended.GetBlob("a").ShouldBe([1]);
            mended.GetBlob("b").ShouldBe([2]);
        }

        foreach (var name in _home.Names("quarantine"))
        {
            _home.Disk.Delete($"/data/quarantine/{name}");
        }

        using var last = _home.Open();
        _home.BlobFiles().ShouldBe(before);
    }

    [Fact]
    public void BlobsOfACrash_AreSweptWhenTheStoreIsNextOpened()
    {
        using (var store = _home.Open())
        {
            store.SetBlob("k", 1, [1]);
            store.Save();
        }

        var kept = _home.BlobFiles();
        var crashing = _home.Open();
        crashing.SetBlob("lost", 1, [2]);
        crashing.SetBlob("k", 1, [3]);
        _home.WriteFile(Orphan + ".tmp", [9]);
        var after = new StoreHome(_home.Disk.CrashImage(CrashKind.ProcessKilled), _home.Clock);

        using var reopened = after.Open();

        after.BlobFiles().ShouldBe(kept);
        after.Log.Ids.ShouldContain(KvEventIds.BlobsSwept);
        reopened.GetBlob("k").ShouldBe([1]);
        reopened.Exists("lost").ShouldBeFalse();
        crashing.Dispose();
    }

    [Fact]
    public void Sweep_BesideWriters_TakesNoneOfTheirFiles()
    {
        using (var store = _home.Open())
        {
            store.SetBlob("old", 1, [1]);
        }

        _home.WriteFile(Orphan, [1]);
        var scheduler = new HeldScheduler();
        _home.Scheduler = scheduler;
        using var reopened = _home.Open();
        using var transaction = reopened.BeginTransaction();
        transaction.SetBlob("in a transaction", 1, [2]);
        reopened.SetBlob("before", 1, [3]);
        _home.BlobFiles().Count.ShouldBe(4);

        reopened.SetBlob("meanwhile", 1, new TricklingStream(BlobHome.Content(1000)) { AfterRead = _ => scheduler.RunAll() });
        transaction.Commit();

        _home.BlobFiles().Count.ShouldBe(4, "only the orphan is gone");
        _home.BlobFiles().ShouldNotContain(name => name.Contains("01a201c8", StringComparison.Ordinal));
        reopened.GetBlob("meanwhile").ShouldBe(BlobHome.Content(1000));
        reopened.GetBlob("in a transaction").ShouldBe([2]);
    }

    [Fact]
    public void Sweep_StoreClosedBeforeItBegan_TouchesNothing()
    {
        using (var store = _home.Open())
        {
            store.SetBlob("old", 1, [1]);
        }

        var scheduler = new HeldScheduler();
        _home.Scheduler = scheduler;
        _home.WriteFile(Orphan, [1]);
        _home.Open().Dispose();
        scheduler.RunAll();

        _home.BlobFiles().Count.ShouldBe(2);
    }

    [Fact]
    public void Sweep_WithoutAnySnapshot_KeepsWhatLooksLikeAnOrphan()
    {
        _home.WriteFile(Orphan, [1]);
        using (var store = _home.Open())
        {
            _home.Log.Ids.ShouldContain(KvEventIds.BlobsHeld);
            store.Set("k", 1);
        }

        _home.BlobFiles().Count.ShouldBe(1);
        _home.Open().Dispose();
        _home.BlobFiles().ShouldBeEmpty("now there is a snapshot that says what is wanted");
    }

    [Fact]
    public void OtherFormat_KeepsBlobs()
    {
        using (var store = _home.Open())
        {
            store.SetBlob("k", 1, [1]);
            store.Save();
            store.SetBlob("l", 1, [2]);
        }

        foreach (var format in new[] { KvFormat.Json, KvFormat.MessagePack })
        {
            using var store = _home.Open(options => options.Format = format);
            store.GetBlob("k").ShouldBe([1]);
            store.GetBlob("l").ShouldBe([2]);
        }

        _home.BlobFiles().Count.ShouldBe(2);
    }

    [Fact]
    public void SnapshotThatGoWrote_OlderOnesKeepTheirBlobs()
    {
        var home = new StoreHome();
        Fixtures.CopyTo("blobs", home.Disk, StoreHome.Path);
        var before = home.BlobFiles();
        using (var store = home.Open(options => options.MaxSnapshots = 2))
        {
            store.Clear();
            store.Save();
            home.BlobFiles().ShouldBe(before, "Go's snapshot is kept and refers to them");
        }

        using (var store = home.Open(options => options.MaxSnapshots = 2))
        {
            store.Set("k", 1);
            store.Save();
            home.BlobFiles().ShouldBeEmpty();
        }
    }

    [Fact]
    public void TwoStores_HaveTheirOwnBlobs()
    {
        var other = new StoreHome(new InMemoryFileSystem(), _home.Clock);
        using var first = _home.Open();
        using var second = other.Open();
        first.SetBlob("k", 1, [1]);
        second.SetBlob("k", 1, first.OpenBlob("k"));
        first.Clear();
        first.Save();

        second.GetBlob("k").ShouldBe([1]);
        _home.BlobFiles().ShouldBeEmpty();
        other.BlobFiles().Count.ShouldBe(1);
    }

    [Fact]
    public void FileThatCannotBeDeleted_IsLoggedAndTriedAgain()
    {
        using var store = _home.Open(options => options.MaxSnapshots = 1);
        store.SetBlob("k", 1, [1]);
        store.Save();
        store.Remove("k");
        _home.Files.FailWhen(operation => operation.Kind == FileOperationKind.Delete && operation.Path.Contains("/blobs/", StringComparison.Ordinal), FileFault.AccessDenied);
        store.Save();
        _home.BlobFiles().Count.ShouldBe(1);
        _home.Log.Ids.ShouldContain(KvEventIds.BlobsNotDeleted);
        _home.Files.Heal();
        store.Set("other", 1);
        store.Save();

        _home.BlobFiles().ShouldBeEmpty();
    }

    [Fact]
    public void SnapshotsThatCannotBeRead_NoBlobGoes()
    {
        using var store = _home.Open(options => options.MaxSnapshots = 2);
        store.SetBlob("k", 1, [1]);
        store.Remove("k");

        // Not one of the store's own, which it need not look into.
        _home.WriteFile("snapshots/data-20200101-000000-0000.msgpack", [0x80]);
        _home.Files.FailWhen(operation => operation.Kind == FileOperationKind.OpenRead && operation.Path.Contains("/snapshots/", StringComparison.Ordinal), FileFault.InputOutput);
        store.Save().ShouldNotBeNull();
        _home.BlobFiles().Count.ShouldBe(1);
        _home.Log.Ids.ShouldContain(KvEventIds.BlobsNotCollected);
        _home.Files.Heal();
        store.Set("other", 1);
        store.Save();

        _home.BlobFiles().ShouldBeEmpty();
    }

    [Fact]
    public void RandomLife_NoSnapshotEverLacksABlob_AndAtTheEndNothingIsLeft()
    {
        var seed = RandomNumberGenerator.GetInt32(int.MaxValue);
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var store = Open();
        for (var step = 0; step < 250; step++)
        {
            var key = $"k{random.Next(5)}";
            switch (random.Next(9))
            {
                case 0 or 1:
                    store.SetBlob(key, step, BitConverter.GetBytes(step), random.Next(3) == 0 ? new KvEntryOptions { TimeToLive = TimeSpan.FromMinutes(3) } : default);
                    break;
                case 2 when store.Exists(key):
                    store.UpdateBlob(key, BitConverter.GetBytes(step));
                    break;
                case 3:
                    store.Remove(key);
                    break;
                case 4:
                    store.Set(key, step);
                    break;
                case 5:
                    store.Save();
                    CheckSnapshots(seed, step);
                    break;
                case 6:
                    _home.Clock.Advance(TimeSpan.FromMinutes(random.Next(4)));
                    break;
                case 7 when random.Next(4) == 0:
                    store.Dispose();
                    store = Open();
                    CheckSnapshots(seed, step);
                    break;
                case 8 when random.Next(6) == 0:
                    store.Clear();
                    break;
            }
        }

        store.Clear();
        store.Set("last", 1);
        store.Save();
        store.Set("last", 2);
        store.Save();
        store.Set("last", 3);
        store.Save();
        store.Dispose();
        _home.BlobFiles().ShouldBeEmpty($"seed {seed}");

        KvStore Open() => _home.Open(options => options.MaxSnapshots = 3);
    }

    private void CheckSnapshots(int seed, int step)
    {
        foreach (var name in _home.Snapshots())
        {
            foreach (var id in BlobImages.ReferencesIn(_home.Disk, name))
            {
                _home.BlobFiles().ShouldContain(BlobHome.NameOf(id), $"seed {seed}, step {step}, {name}");
            }
        }
    }
}
