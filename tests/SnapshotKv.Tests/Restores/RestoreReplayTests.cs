using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Restores;

/// <summary>A restore that only the journal has: it is carried out again from the snapshot that it names, or it is said that it cannot be.</summary>
public sealed class RestoreReplayTests
{
    public static TheoryData<KvDurability> Levels => [KvDurability.Process, KvDurability.Disk];

    [Theory]
    [MemberData(nameof(Levels))]
    public void Open_RestoreInTheJournalOnly_IsReplayed(KvDurability level)
    {
        var (home, _) = RestoredUnsaved(level);

        using var store = home.Open();

        store.Contents().ShouldBe("a=1 after=4 p:a=1 q=2");
        store.RecoveryReport.HasLostCommits.ShouldBeFalse();
        store.RecoveryReport.ReplayedCommits.ShouldBeGreaterThan(0);
        store.GetKeysByTag("red").ShouldBe(["p:a"]);
        store.GetBlob("a").ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void Open_SnapshotOfARestoreGone_IsDamageThatNamesIt()
    {
        var (home, then) = RestoredUnsaved(KvDurability.Process);
        home.Disk.Delete($"{StoreHome.Path}/snapshots/{then}");

        Should.Throw<KvStoreCorruptedException>(() => home.Open(options => options.Recovery = KvRecoveryMode.Strict)).Message.ShouldContain(then);
        using var store = home.Open();

        store.Contents().ShouldBe("a=2 p:a=2 p:b=2 q=2");
        store.RecoveryReport.HasLostCommits.ShouldBeTrue();
        store.RecoveryReport.MissingCommits.ShouldNotBeNull();
        store.RecoveryReport.JournalProblems.ShouldContain(problem => problem.Reason.Contains(then, StringComparison.Ordinal));
    }

    [Fact]
    public void Open_SnapshotOfARestoreChanged_IsDamage()
    {
        var (home, then) = RestoredUnsaved(KvDurability.Process);
        var bytes = home.ReadFile("snapshots/" + then);
        bytes[^1] ^= 1;
        home.WriteFile("snapshots/" + then, bytes);

        Should.Throw<KvStoreCorruptedException>(() => home.Open(options => options.Recovery = KvRecoveryMode.Strict)).Message.ShouldContain(then);
    }

    [Fact]
    public void Open_NewestSnapshotDamaged_ReplaysThroughTheRestore()
    {
        var home = RestoreHome.At(KvDurability.Process);
        string then;
        using (var store = home.Open(options => (options.MaxSnapshots, options.Compression) = (2, KvCompression.None)))
        {
            store.Set("a", 1);
            then = store.Save()!.FileName;
            store.Set("a", 2);
            store.Set("b", 2);
            var result = store.Restore(then);
            store.Unpin(result.BeforeName);
            store.Set("c", 3);
            var newest = result.Saved!.FileName;
            var killed = home.Killed();
            var bytes = killed.ReadFile("snapshots/" + newest);
            bytes[^1] ^= 1;
            killed.WriteFile("snapshots/" + newest, bytes);

            using var fallen = killed.Open();
            fallen.RecoveryReport.FellBack.ShouldBeTrue();
            fallen.RecoveryReport.HasLostCommits.ShouldBeFalse();
            fallen.Contents().ShouldBe("a=1 c=3");

            // Held while the journal may lead through it, and no longer.
            home.Snapshots().ShouldContain(then);
            store.Set("c", 5);
            store.Save();
            home.Snapshots().ShouldNotContain(then);
        }

        using var reopened = home.Open();
        reopened.Contents().ShouldBe("a=1 c=5");
    }

    [Fact]
    public void Open_AJournalWithARestoreWhereEachByteIsFlipped_GivesAStateThatWasOrIsRefused()
    {
        var (home, _) = RestoredUnsaved(KvDurability.Process);
        var name = home.Names("journal")[0];
        var bytes = home.ReadFile("journal/" + name);
        var end = bytes.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        var states = new HashSet<string>();
        for (var offset = 4096; offset < end; offset++)
        {
            var copy = home.Killed();
            var flipped = (byte[])bytes.Clone();
            flipped[offset] ^= 1;
            copy.WriteFile("journal/" + name, flipped);
            using var store = copy.Open();
            states.Add(store.Contents());
        }

        states.ShouldBeSubsetOf([
            "a=1 after=4 p:a=1 q=2",
            "a=1 p:a=1 q=2",
            "a=2 p:a=2 p:b=2 q=2",
        ]);
        states.Count.ShouldBeGreaterThan(1);
    }

    /// <summary>A store that was restored by prefix and then whole but for one prefix, and killed before a snapshot had it.</summary>
    private static (StoreHome Home, string Then) RestoredUnsaved(KvDurability level)
    {
        var home = RestoreHome.At(level);
        using var store = home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Protect("q");
        store.SetBlob("a", 1, new byte[] { 1, 2, 3 });
        store.Set("p:a", 1, new KvEntryOptions { Tags = ["red"] });
        store.Set("q", 1);
        var then = store.Save()!.FileName;
        store.SetBlob("a", 2, new byte[] { 4 });
        store.Set("p:a", 2);
        store.Set("p:b", 2);
        store.Set("q", 2);
        store.Save();
        home.Files.FailWhen(operation => operation.Kind == FileOperationKind.CreateNew && operation.Path.Contains("/snapshots/", StringComparison.Ordinal), FileFault.NoSpace);
        store.Restore(then).Saved.ShouldBeNull();
        store.Set("after", 4);
        home.Log.Ids.ShouldContain(66);
        var killed = home.Killed();
        home.Files.Heal();
        return (killed, then);
    }
}
