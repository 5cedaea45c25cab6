using SnapshotKv.Diagnostics;
using SnapshotKv.Tests.FileSystem;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Lifetime;

/// <summary>The directory is removed under an open store, on a real disk: nothing in memory is lost, and nobody else comes in unnoticed.</summary>
public sealed class DirectoryRemovedTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CollectingLogger _log = new();

    private string Data => Path.Join(_directory.Path, "data");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Save_AfterTheDirectoryWasRemoved_MakesItAgain_AndLocksIt()
    {
        using (var store = Open())
        {
            store.Set("k", 1);
            store.Save();
            store.Set("later", 2);
            Directory.Delete(Data, recursive: true);

            store.Save().ShouldNotBeNull();

            _log.Ids.ShouldContain(KvEventIds.DirectoryMadeAgain);
            Should.Throw<KvStoreLockedException>(() => KvStore.Open(Data)).Message.ShouldContain("That is this process");
            store.Set("last", 3);
            store.Save();
            _log.Ids.Count(id => id == KvEventIds.DirectoryMadeAgain).ShouldBe(1);
        }

        using var again = KvStore.Open(Data);
        again.GetKeys().ShouldBe(["k", "last", "later"]);
    }

    [Fact]
    public void Save_AfterSomebodyElseTookADirectoryOfThatName_WritesNothingIntoIt()
    {
        var store = Open();
        store.Set("k", 1);
        Directory.Delete(Data, recursive: true);
        using (KvStore.Open(Data))
        {
            // As another process would leave its note.
            var note = Path.Join(Data, "lock.owner");
            File.WriteAllText(note, File.ReadAllText(note).Replace($"process: {Environment.ProcessId}", "process: 1", StringComparison.Ordinal));

            Should.Throw<KvStoreLockedException>(() => store.Save()).Message.ShouldContain("process 1 ");
            Directory.Exists(Path.Join(Data, "snapshots")).ShouldBeFalse();
        }

        // The other one has gone, and its directory is free: now it can be saved.
        store.Dispose();
        using var again = KvStore.Open(Data);
        again.Exists("k").ShouldBeTrue();
    }

    [Fact]
    public void Save_AfterSomebodyElseWroteThere_AndLeft_SavesNothingOverIt()
    {
        var store = Open();
        store.Set("mine", 1);
        store.Save();
        store.Set("mine", 2);
        Directory.Delete(Data, recursive: true);
        using (var other = KvStore.Open(Data))
        {
            other.Set("others", "something longer than a number");
        }

        Should.Throw<KvStoreLockedException>(() => store.Save()).Message.ShouldContain("another store has written there since");
        Should.Throw<KvStoreLockedException>(store.Dispose);

        using var again = KvStore.Open(Data);
        again.GetKeys().ShouldBe(["others"]);
    }

    [Fact]
    public void Dispose_WhileSomebodyElseHasTheDirectory_LeavesHisNote()
    {
        var store = Open();
        Directory.Delete(Data, recursive: true);
        using var other = KvStore.Open(Data);
        var note = Path.Join(Data, "lock.owner");
        File.WriteAllText(note, File.ReadAllText(note).Replace($"process: {Environment.ProcessId}", "process: 1", StringComparison.Ordinal));

        store.Dispose();

        File.Exists(note).ShouldBeTrue();
    }

    [Fact]
    public void Save_WithoutTheNote_IsASaveAsAnyOther()
    {
        using var store = Open();
        store.Set("k", 1);
        File.Delete(Path.Join(Data, "lock.owner"));

        store.Save().ShouldNotBeNull();

        _log.Ids.ShouldNotContain(KvEventIds.DirectoryMadeAgain);
    }

    private KvStore Open() => KvStore.Open(new SnapshotKvOptions { Path = Data, LoggerFactory = _log });
}
