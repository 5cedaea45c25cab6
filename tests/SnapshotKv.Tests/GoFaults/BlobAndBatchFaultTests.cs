using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.GoFaults;

/// <summary>Faults of the original around groups of changes and blobs; the table is <c>docs/faults-of-the-original.md</c>.</summary>
public sealed class BlobAndBatchFaultTests
{
    [Fact]
    public void Fault01_CommittedBatch_IsSavedWhenTheStoreCloses()
    {
        var home = new StoreHome();
        using (var store = home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan))
        {
            store.Commit(new KvBatch().SetBytes("a", [1]).SetBytes("b", [2]).SetBytes("c", [3]));
        }

        using var reopened = home.Open();
        reopened.Count().ShouldBe(3);
    }

    [Fact]
    public void Fault02_BatchThatIsRefused_LeavesNothingInMemoryOrOnDisk()
    {
        var home = new StoreHome();
        using (var store = home.Open())
        {
            store.SetBytes("a", [1]);
            store.SetBytes("c", [1]);
            var batch = new KvBatch().SetBytes("a", [2]).SetBytes("b", [2]).Remove("c").SetBytes("late", [2], new KvEntryOptions { TimeToLive = TimeSpan.Zero });

            Should.Throw<ArgumentOutOfRangeException>(() => store.Commit(batch));

            store.GetKeys().ShouldBe(["a", "c"]);
        }

        using var reopened = home.Open();
        reopened.GetKeys().ShouldBe(["a", "c"]);
        reopened.TryGetBytes("a", out var value).ShouldBeTrue();
        value.ShouldBe([1]);
    }

    [Fact]
    public void Fault09_KeysWithBlobs_OverwrittenRemovedAndSaved_KeepTheirFilesWhileASnapshotRefersToThem()
    {
        using var copy = new GoDirectoryCopy("blobs");
        var before = copy.Describe("blobs").Where(IsFile);
        var options = copy.Options;
        using (var store = KvStore.Open(options))
        {
            store.Set("size:1", "another value");
            store.Save();
            store.Remove("size:1MiB").ShouldBeTrue();
            store.Save();
            store.Clear();
        }

        copy.Describe("blobs").Where(IsFile).ShouldBe(before);
        options.MaxSnapshots = 1;
        using (var store = KvStore.Open(options))
        {
            store.Set("k", 1);
            store.Save();
        }

        copy.Describe("blobs").Where(IsFile).ShouldBeEmpty();

        static bool IsFile(string line) => line.Contains(".bin ", StringComparison.Ordinal);
    }
}
