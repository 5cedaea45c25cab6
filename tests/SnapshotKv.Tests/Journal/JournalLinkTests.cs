using SnapshotKv.Engine;
using SnapshotKv.FileSystem;
using SnapshotKv.Testing;
using SnapshotKv.Tests.FileSystem;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Journal;

/// <summary>A journal's directory that lies elsewhere, on a disk of its own for instance, and links that bear the name of a segment.</summary>
public sealed class JournalLinkTests : IDisposable
{
    private const string First = "000000000001.journal";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Open_JournalsDirectoryIsALink_FindsWhatWasWrittenThere()
    {
        MakeStore("store", At("elsewhere"));
        using var store = Open("store");
        store.Set("a", 1);
        Directory.Exists(At("store", "snapshots")).ShouldBeFalse("nothing but the journal has the commit");

        // What a kill would leave.
        DirectoryCopy.Make(At("elsewhere"), At("left"));
        MakeStore("killed", At("left"));
        using var reopened = Open("killed");
        reopened.Read("a").ShouldBe(1);
        reopened.Set("b", 2);

        Directory.GetFiles(At("left")).Length.ShouldBe(2, "what was found is never written over");
    }

    [Fact]
    public void Open_JournalsDirectoryIsALinkToNothingYet_MakesIt()
    {
        Directory.CreateDirectory(At("store"));
        LinkDirectory(At("store", "journal"), At("not", "yet"));

        using var store = Open("store");
        store.Set("a", 1);

        File.Exists(At("not", "yet", First)).ShouldBeTrue();
    }

    [Fact]
    public void Open_JournalsDirectoryIsALinkInALoop_IsUnavailable()
    {
        Directory.CreateDirectory(At("store"));
        LinkDirectory(At("store", "journal"), At("store", "journal"));

        Should.Throw<KvStoreUnavailableException>(() => Open("store")).Message.ShouldContain("journal");
    }

    [Fact]
    public void Set_LinkThatBearsTheNextName_IsLeftAlone()
    {
        Directory.CreateDirectory(At("store", "journal"));
        File.WriteAllText(At("other"), "somebody else's");
        LinkFile(At("store", "journal", First), At("other"));

        using var store = Open("store");
        store.Set("a", 1);

        new FileInfo(At("store", "journal", First)).LinkTarget.ShouldBe(At("other"));
        File.ReadAllText(At("other")).ShouldBe("somebody else's");
        File.Exists(At("store", "journal", "000000000002.journal")).ShouldBeTrue();
    }

    private string At(params string[] names) => Path.Join([_directory.Path, .. names]);

    private KvStore Open(string name) => KvStore.Open(
        new SnapshotKvOptions { Path = At(name), Durability = KvDurability.Process, SaveDebounce = Timeout.InfiniteTimeSpan, TimeProvider = new ManualTimeProvider() },
        new StoreEnvironment(PhysicalFileSystem.Instance, new InlineScheduler()));

    private void MakeStore(string name, string journal)
    {
        Directory.CreateDirectory(At(name));
        Directory.CreateDirectory(journal);
        LinkDirectory(At(name, "journal"), journal);
    }

    private static void LinkDirectory(string path, string target)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows lets administrators only make links.");
        Directory.CreateSymbolicLink(path, target);
    }

    private static void LinkFile(string path, string target)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows lets administrators only make links.");
        File.CreateSymbolicLink(path, target);
    }
}
