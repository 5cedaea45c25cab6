using SnapshotKv.Testing;
using SnapshotKv.Tests.Blobs;

namespace SnapshotKv.Tests.Store;

/// <summary>Blobs within transactions: all or nothing, files included.</summary>
public sealed class KvStoreBlobTransactionTests
{
    private readonly StoreHome _home = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(BlobCalls.Ways), MemberType = typeof(BlobCalls))]
    public async Task Commit_MakesBlobsEverybodys_AndSavesThem(string way)
    {
        using (var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan))
        {
            store.SetBlob("updated", 5, [1], new KvEntryOptions { TimeToLive = TimeSpan.FromHours(1), Tags = ["t"] });
            store.Set("first", 6);
            using var transaction = store.BeginTransaction();
            await BlobCalls.SetAsync(way, transaction, "new", 7, [2, 2], new KvEntryOptions { TimeToLive = TimeSpan.FromMinutes(1), Tags = ["t"] });
            await BlobCalls.UpdateAsync(way, transaction, "updated", [3, 3]);
            await BlobCalls.UpdateAsync(way, transaction, "first", [4, 4]);
            await BlobCalls.UpdateAsync(way, transaction, "new", [5, 5]);

            BlobCalls.Problem(store, "new").ShouldBe(KvBlobProblem.NoSuchKey);
            BlobCalls.Problem(store, "first").ShouldBe(KvBlobProblem.NoBlob);
            store.GetBlob("updated").ShouldBe([1]);
            transaction.GetBlob("updated").ShouldBe([3, 3]);
            (await transaction.GetBlobAsync("new", Token)).ShouldBe([5, 5]);
            await using (var stream = await transaction.OpenBlobAsync("first", Token))
            {
                stream.Length.ShouldBe(2);
            }

            _home.Clock.Advance(TimeSpan.FromSeconds(30));
            await transaction.CommitAsync(Token);
            store.GetTimeToLive("new").Remaining.ShouldBe(TimeSpan.FromMinutes(1), "life counts from the commit on");
            store.GetTimeToLive("updated").Remaining.ShouldBe(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(30));
            store.GetKeysByTag("t").ShouldBe(["new", "updated"]);
            _home.BlobFiles().Count.ShouldBe(3, "neither what was overwritten within, nor what nothing refers to any more");
        }

        var crashed = new StoreHome(_home.Disk.CrashImage(CrashKind.PowerCutLosingAll), _home.Clock);
        using var reopened = crashed.Open();
        reopened.GetBlob("new").ShouldBe([5, 5]);
        reopened.GetBlob("updated").ShouldBe([3, 3]);
        reopened.GetBlob("first").ShouldBe([4, 4]);
        reopened.TryGet<int>("updated", out var value).ShouldBeTrue();
        value.ShouldBe(5);
    }

    [Fact]
    public void Dispose_WithoutCommit_DeletesWhatWasWritten()
    {
        using var store = _home.Open();
        store.SetBlob("k", 1, [1]);
        var before = _home.BlobFiles();
        using (var transaction = store.BeginTransaction())
        {
            transaction.SetBlob("k", 2, [2]);
            transaction.UpdateBlob("k", [3]);
            transaction.SetBlob("new", 2, [4]);
            transaction.Remove("k");
            BlobCalls.Problem(transaction, "k").ShouldBe(KvBlobProblem.NoSuchKey);
            transaction.Set("new", 3);
            BlobCalls.Problem(transaction, "new").ShouldBe(KvBlobProblem.NoBlob);
            _home.BlobFiles().Count.ShouldBe(4);
        }

        _home.BlobFiles().ShouldBe(before);
        store.GetBlob("k").ShouldBe([1]);
        store.Exists("new").ShouldBeFalse();
    }

    [Fact]
    public void Commit_Conflict_DeletesWhatWasWritten()
    {
        using var store = _home.Open();
        store.SetBlob("k", 1, [1]);
        using var transaction = store.BeginTransaction();
        transaction.UpdateBlob("k", [2]);
        transaction.SetBlob("new", 2, [3]);
        store.UpdateBlob("k", [4]);

        Should.Throw<KvConflictException>(transaction.Commit).Key.ShouldBe("k");

        _home.BlobFiles().Count.ShouldBe(2, "the store's own, old and new");
        store.GetBlob("k").ShouldBe([4]);
        store.Exists("new").ShouldBeFalse();
    }

    [Fact]
    public void ChangedByOthers_BlobIsRefusedAtOnce_AndNothingIsLeft()
    {
        using var store = _home.Open();
        store.SetBlob("k", 1, [1]);
        store.SetBlob("l", 1, [1]);
        using var transaction = store.BeginTransaction();
        store.SetBlob("k", 1, [2]);

        Should.Throw<KvConflictException>(() => transaction.GetBlob("k"));
        Should.Throw<KvConflictException>(() => transaction.OpenBlob("k"));
        Should.Throw<KvConflictException>(() => transaction.UpdateBlob("k", [3]));
        Should.Throw<KvConflictException>(() => transaction.UpdateBlob("l", new TricklingStream([1]) { AfterRead = _ => store.Remove("l") }));
        _home.BlobFiles().Count.ShouldBe(3);
    }

    [Fact]
    public void StartState_StaysReadable_AlsoWhenItExpiresMeanwhile()
    {
        using var store = _home.Open(options => options.MaxSnapshots = 1);
        store.SetBlob("k", 1, [1], new KvEntryOptions { TimeToLive = TimeSpan.FromMinutes(1) });
        using (var transaction = store.BeginTransaction())
        {
            _home.Clock.Advance(TimeSpan.FromMinutes(20));
            store.Set("other", 1);
            store.Save();
            transaction.GetBlob("k").ShouldBe([1]);
            BlobCalls.Problem(store, "k").ShouldBe(KvBlobProblem.NoSuchKey);
        }

        _home.Clock.Advance(TimeSpan.FromMinutes(5));
        store.Set("other", 2);
        store.Save();
        _home.BlobFiles().ShouldBeEmpty();
    }

    [Fact]
    public void UpdateBlob_NoSuchKey_IsRefused()
    {
        using var store = _home.Open();
        store.Set("k", 1);
        using var transaction = store.BeginTransaction();
        transaction.Remove("k");
        Should.Throw<KvBlobException>(() => transaction.UpdateBlob("k", [1])).Reason.ShouldBe(KvBlobProblem.NoSuchKey);
        Should.Throw<KvBlobException>(() => transaction.UpdateBlob("missing", new MemoryStream())).Reason.ShouldBe(KvBlobProblem.NoSuchKey);
        _home.BlobFiles().ShouldBeEmpty();
    }

    [Fact]
    public async Task StreamThatThrows_LeavesTheTransactionUsable()
    {
        using var store = _home.Open();
        using var transaction = store.BeginTransaction();
        var failure = new InvalidOperationException("the wire broke");
        Should.Throw<InvalidOperationException>(() => transaction.SetBlob("k", 1, new ThrowingStream(1000, failure))).ShouldBeSameAs(failure);
        (await Should.ThrowAsync<InvalidOperationException>(() => transaction.SetBlobAsync("k", 1, new ThrowingStream(1000, failure), cancellationToken: Token).AsTask())).ShouldBeSameAs(failure);
        Should.Throw<KvBlobException>(() => transaction.SetBlob("k", 1, new MemoryStream([1]), length: 2)).Reason.ShouldBe(KvBlobProblem.LengthMismatch);
        Should.Throw<ArgumentOutOfRangeException>(() => transaction.SetBlob("k", 1, [1], new KvEntryOptions { TimeToLive = TimeSpan.Zero }));
        _home.BlobFiles().ShouldBeEmpty();
        transaction.Exists("k").ShouldBeFalse();
        transaction.SetBlob("k", 1, [1]);
        transaction.Commit();
        store.GetBlob("k").ShouldBe([1]);
    }

    [Fact]
    public void EndedTransaction_TakesNoMoreBlobs()
    {
        using var store = _home.Open();
        var committed = store.BeginTransaction();
        committed.Commit();
        var disposed = store.BeginTransaction();
        disposed.Dispose();

        Should.Throw<InvalidOperationException>(() => committed.SetBlob("k", 1, [1]));
        Should.Throw<InvalidOperationException>(() => committed.GetBlob("k"));
        Should.Throw<ObjectDisposedException>(() => disposed.SetBlob("k", 1, [1]));
        Should.Throw<ObjectDisposedException>(() => disposed.UpdateBlob("k", [1]));
        Should.Throw<ObjectDisposedException>(() => disposed.OpenBlob("k"));
        _home.BlobFiles().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EndedWhileTheStreamIsRead_BlobIsRefusedAndItsFileDeleted(bool commits)
    {
        using var store = _home.Open();
        using var transaction = store.BeginTransaction();
        transaction.SetBlob("earlier", 1, [1]);
        var isEnded = false;
        var content = new TricklingStream(BlobHome.Content(1000)) { AfterRead = _ => End() };

        Should.Throw<InvalidOperationException>(() => transaction.SetBlob("k", 1, content));

        store.Exists("k").ShouldBeFalse();
        _home.BlobFiles().Count.ShouldBe(commits ? 1 : 0);

        void End()
        {
            if (isEnded)
            {
                return;
            }

            isEnded = true;
            if (commits)
            {
                transaction.Commit();
            }
            else
            {
                transaction.Dispose();
            }
        }
    }

    [Fact]
    public void StoreDisposedFirst_TheTransactionStillTakesItsFilesAlong()
    {
        var store = _home.Open();
        var transaction = store.BeginTransaction();
        transaction.SetBlob("k", 1, [1]);
        store.Dispose();

        Should.Throw<ObjectDisposedException>(transaction.Commit);
        transaction.Dispose();

        _home.BlobFiles().ShouldBeEmpty();
        using var reopened = _home.Open();
        reopened.Exists("k").ShouldBeFalse();
    }

    [Fact]
    public void InstantThatHasPassedByTheCommit_LeavesNeitherEntryNorFile()
    {
        using var store = _home.Open();
        using var transaction = store.BeginTransaction();
        transaction.SetBlob("k", 1, [1], new KvEntryOptions { AbsoluteExpiration = _home.Clock.GetUtcNow().AddMinutes(1) });
        _home.Clock.Advance(TimeSpan.FromMinutes(1));
        transaction.Commit();

        store.Exists("k").ShouldBeFalse();
        _home.BlobFiles().ShouldBeEmpty();
    }

    [Fact]
    public void Partition_HasBlobsToo()
    {
        using var store = _home.Open();
        var partition = store.GetPartition("p:", new KvPartitionOptions { DefaultEntryOptions = new KvEntryOptions { TimeToLive = TimeSpan.FromMinutes(5) } });
        partition.Set("never", 1, Timeout.InfiniteTimeSpan);
        using (var transaction = partition.BeginTransaction())
        {
            transaction.SetBlob("k", 1, [1]);
            transaction.UpdateBlob("never", [2]);
            ((IKvBlobs)transaction.GetPartition("deeper:")).SetBlob("k", 1, [3]);
            transaction.Commit();
        }

        store.GetBlob("p:k").ShouldBe([1]);
        store.GetBlob("p:never").ShouldBe([2]);
        store.GetBlob("p:deeper:k").ShouldBe([3]);
        store.GetTimeToLive("p:k").Remaining.ShouldBe(TimeSpan.FromMinutes(5));
        store.GetTimeToLive("p:never").ShouldBe(KvTimeToLive.Unlimited);
    }

    [Fact]
    public void WritesOfTheValueOnly_KeepLifeAndBlob_AlsoWhereAPartitionHasADefaultLife()
    {
        using var store = _home.Open();
        var partition = store.GetPartition("p:", new KvPartitionOptions { DefaultEntryOptions = new KvEntryOptions { TimeToLive = TimeSpan.FromMinutes(5) } });
        partition.SetBlob("k", 1L, [1], new KvEntryOptions { TimeToLive = Timeout.InfiniteTimeSpan });
        using (var transaction = partition.BeginTransaction())
        {
            transaction.Increment("k").ShouldBe(2);
            transaction.GetBlob("k").ShouldBe([1]);
            transaction.Commit();
        }

        partition.GetBlob("k").ShouldBe([1]);
        partition.GetTimeToLive("k").ShouldBe(KvTimeToLive.Unlimited);
    }

    [Fact]
    public void SeveralAtOnce_KeepTheirBlobsApart()
    {
        using var store = _home.Open();
        using var first = store.BeginTransaction();
        using var second = store.BeginTransaction();
        using var third = store.BeginTransaction();
        first.SetBlob("a", 1, [1]);
        second.SetBlob("b", 1, [2]);
        third.SetBlob("a", 1, [3]);
        second.Commit();
        first.Commit();
        Should.Throw<KvConflictException>(third.Commit);

        store.GetBlob("a").ShouldBe([1]);
        store.GetBlob("b").ShouldBe([2]);
        _home.BlobFiles().Count.ShouldBe(2);
    }

    [Fact]
    public void DiskRefusesTheSnapshot_TheCommitStandsAndKeepsItsBlobs()
    {
        using var store = _home.Open();
        using var transaction = store.BeginTransaction();
        transaction.SetBlob("k", 1, [1]);
        _home.Files.FailWhen(FileOperationKind.CreateNew, FileFault.NoSpace);
        Should.Throw<KvStoreUnavailableException>(transaction.Commit).Message.ShouldContain("committed in memory");
        _home.Files.Heal();
        transaction.Dispose();

        store.GetBlob("k").ShouldBe([1]);
    }
}
