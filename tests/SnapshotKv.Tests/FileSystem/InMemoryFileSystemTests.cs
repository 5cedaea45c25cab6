using System.Text;
using SnapshotKv.FileSystem;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.FileSystem;

public sealed class InMemoryFileSystemTests : FileSystemSpecification
{
    private readonly InMemoryFileSystem _files = new();

    public InMemoryFileSystemTests()
    {
        _files.CreateDirectory(Root);
        _files.FlushDirectory(Path.GetDirectoryName(Root)!);
    }

    private protected override IFileSystem Files => _files;

    private protected override string Root => Path.Join(Path.GetPathRoot(Path.GetTempPath()), "data");

    [Theory]
    [InlineData(CrashKind.ProcessKilled, "new")]
    [InlineData(CrashKind.PowerCutLosingNothing, "new")]
    [InlineData(CrashKind.PowerCutLosingAll, "old")]
    internal void CrashImage_OverwrittenAfterFlush_HasWhatTheCrashLeaves(CrashKind crash, string expected)
    {
        using (var file = _files.CreateNew(At("a")))
        {
            file.Write("old"u8, 0);
            file.Flush();
            _files.FlushDirectory(Root);
            file.Write("new"u8, 0);
        }

        Text(_files.CrashImage(crash), "a").ShouldBe(expected);
    }

    [Theory]
    [InlineData(CrashKind.ProcessKilled, true)]
    [InlineData(CrashKind.PowerCutLosingNothing, true)]
    [InlineData(CrashKind.PowerCutLosingAll, false)]
    internal void CrashImage_NameNotFlushed_IsThereOrNot(CrashKind crash, bool expected)
    {
        using (var file = _files.CreateNew(At("a")))
        {
            file.Write("x"u8, 0);
            file.Flush();
        }

        _files.CrashImage(crash).FileExists(At("a")).ShouldBe(expected);
    }

    [Fact]
    public void CrashImage_NameFlushedAndContentsNot_IsAnEmptyFile()
    {
        WriteFile("a", "x");
        _files.FlushDirectory(Root);

        Text(_files.CrashImage(CrashKind.PowerCutLosingAll), "a").ShouldBe("");
    }

    [Fact]
    public void CrashImage_RenameNotFlushed_HasTheOldFileUnderTheName()
    {
        WriteDurably("a", "old");
        WriteDurably("a.tmp", "new");
        _files.Rename(At("a.tmp"), At("a"));

        var lost = _files.CrashImage(CrashKind.PowerCutLosingAll);
        Text(lost, "a").ShouldBe("old");
        Text(lost, "a.tmp").ShouldBe("new");

        _files.FlushDirectory(Root);
        var kept = _files.CrashImage(CrashKind.PowerCutLosingAll);
        Text(kept, "a").ShouldBe("new");
        kept.FileExists(At("a.tmp")).ShouldBeFalse();
    }

    [Fact]
    public void CrashImage_DeletionNotFlushed_BringsTheFileBack()
    {
        WriteDurably("a", "x");
        _files.Delete(At("a"));

        Text(_files.CrashImage(CrashKind.PowerCutLosingAll), "a").ShouldBe("x");

        _files.FlushDirectory(Root);
        _files.CrashImage(CrashKind.PowerCutLosingAll).FileExists(At("a")).ShouldBeFalse();
    }

    [Fact]
    public void CrashImage_DirectoryNotFlushedInItsParent_IsLostWithItsFiles()
    {
        _files.CreateDirectory(At("d"));
        WriteFile("d/a", "x");
        _files.FlushDirectory(At("d"));

        _files.CrashImage(CrashKind.PowerCutLosingAll).DirectoryExists(At("d")).ShouldBeFalse();

        _files.FlushDirectory(Root);
        _files.CrashImage(CrashKind.PowerCutLosingAll).FileExists(At("d", "a")).ShouldBeTrue();
    }

    [Fact]
    public void CrashImage_ProcessKilled_CanStillLoseWhatWasNotFlushed()
    {
        WriteDurably("a", "old");
        WriteFile("b", "unflushed");

        var killed = _files.CrashImage(CrashKind.ProcessKilled);
        Text(killed, "b").ShouldBe("unflushed");

        var cut = killed.CrashImage(CrashKind.PowerCutLosingAll);
        Text(cut, "a").ShouldBe("old");
        cut.FileExists(At("b")).ShouldBeFalse();

        killed.FlushDirectory(Root);
        Text(killed.CrashImage(CrashKind.PowerCutLosingAll), "b").ShouldBe("");
    }

    [Theory]
    [InlineData(CrashKind.ProcessKilled)]
    [InlineData(CrashKind.PowerCutLosingNothing)]
    internal void CrashImage_LockHeld_IsFree(CrashKind crash)
    {
        using var held = _files.TryLock(At("lock"));

        using var afterwards = _files.CrashImage(crash).TryLock(At("lock"));

        afterwards.ShouldNotBeNull();
        _files.TryLock(At("lock")).ShouldBeNull();
    }

    [Theory]
    [InlineData(CrashKind.ProcessKilled)]
    [InlineData(CrashKind.PowerCutLosingAll)]
    [InlineData(CrashKind.PowerCutLosingNothing)]
    [InlineData(CrashKind.PowerCutLosingSome)]
    internal void CrashImage_WrittenToAfterwards_IsApartFromTheOriginal(CrashKind crash)
    {
        WriteDurably("a", "x");

        var image = _files.CrashImage(crash);
        image.Delete(At("a"));
        image.CreateNew(At("b")).Dispose();

        ReadFile("a").ShouldBe("x");
        _files.FileExists(At("b")).ShouldBeFalse();
    }

    [Fact]
    public void CrashImage_LosingSomeOfOneWrite_GivesEachOutcomeThatADiskCan()
    {
        WriteDurably("a", "old");
        using (var file = _files.CreateNew(At("b")))
        {
            _files.FlushDirectory(Root);
            file.Write("abcd"u8, 0);
        }

        var seen = Enumerable.Range(0, 200).Select(seed => Text(_files.CrashImage(CrashKind.PowerCutLosingSome, seed), "b")).ToHashSet();

        seen.ShouldBe(["", "a", "ab", "abc", "abcd", "\0\0\0\0"], ignoreOrder: true);
        Enumerable.Range(0, 20).ShouldAllBe(seed => Text(_files.CrashImage(CrashKind.PowerCutLosingSome, seed), "a") == "old");
    }

    [Fact]
    public void CrashImage_LosingSomeOfARename_GivesTheOldStateOrTheNew()
    {
        WriteDurably("a", "old");
        WriteDurably("a.tmp", "new");
        _files.Rename(At("a.tmp"), At("a"));

        var seen = Enumerable.Range(0, 50)
            .Select(seed => _files.CrashImage(CrashKind.PowerCutLosingSome, seed))
            .Select(image => (Text(image, "a"), image.FileExists(At("a.tmp"))))
            .ToHashSet();

        seen.ShouldBe([("old", true), ("new", false)], ignoreOrder: true);
    }

    [Fact]
    public void CrashImage_SameSeed_GivesTheSameImage()
    {
        for (var i = 0; i < 20; i++)
        {
            WriteFile($"file-{i}", $"contents of {i}");
        }

        Fingerprint(7).ShouldBe(Fingerprint(7));
        Enumerable.Range(0, 5).Select(Fingerprint).Distinct().Count().ShouldBeGreaterThan(1);

        string Fingerprint(int seed)
        {
            var image = _files.CrashImage(CrashKind.PowerCutLosingSome, seed);
            return string.Join('|', image.List(Root).Select(entry => entry.Name).Order().Select(name => $"{name}={Text(image, name)}"));
        }
    }

    [Fact]
    public void Write_BeyondTheCapacity_WritesWhatFitsAndFails()
    {
        _files.CapacityBytes = 5;
        using var file = _files.CreateNew(At("a"));
        file.Write("abc"u8, 0);

        var thrown = Should.Throw<IOException>(() => file.Write("defg"u8, 3));

        SystemError.Classify(thrown).ShouldBe(StorageFault.NoSpace);
        thrown.Message.ShouldContain(At("a"));
        ReadFile("a").ShouldBe("abcde");
        _files.GetAvailableBytes(Root).ShouldBe(0);
        Should.NotThrow(() => file.Write("X"u8, 0));
    }

    private void WriteDurably(string name, string text)
    {
        using var file = _files.CreateNew(At(name));
        file.Write(Encoding.UTF8.GetBytes(text), 0);
        file.Flush();
        _files.FlushDirectory(Root);
    }

    private string Text(InMemoryFileSystem files, string name)
    {
        using var file = files.OpenRead(At(name));
        return Read(file, 0, checked((int)file.Length));
    }
}
