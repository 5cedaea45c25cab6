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
    [InlineData(CrashKind.PowerCutTearingSectors)]
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

    [Theory]
    [InlineData(CrashKind.ProcessKilled)]
    [InlineData(CrashKind.PowerCutLosingAll)]
    [InlineData(CrashKind.PowerCutLosingNothing)]
    [InlineData(CrashKind.PowerCutLosingSome)]
    [InlineData(CrashKind.PowerCutTearingSectors)]
    internal void CrashImage_OriginalWrittenToAfterwards_StaysWhatItWas(CrashKind crash)
    {
        // Images share pages with the original: this is about the moment when one of the two writes into such a page.
        using var file = CreateFlushed("a", 10_000);
        _files.FlushDirectory(Root);
        using var mapped = MapOrSkip(file);
        mapped.Store("before"u8, 4_094);
        var image = _files.CrashImage(crash, seed: 3);
        var then = Text(image, "a");

        mapped.Store("after!"u8, 4_094);
        file.Flush();
        file.Write("and more"u8, 9_998);
        var second = image.CrashImage(CrashKind.ProcessKilled);

        Text(image, "a").ShouldBe(then);
        Text(second, "a").ShouldBe(then);
        ReadFile("a")[4_094..4_100].ShouldBe("after!");
    }

    [Theory]
    [InlineData(CrashKind.ProcessKilled, "stored")]
    [InlineData(CrashKind.PowerCutLosingNothing, "stored")]
    [InlineData(CrashKind.PowerCutLosingAll, "\0\0\0\0\0\0")]
    internal void CrashImage_StoredAndNotFlushed_HasWhatTheCrashLeaves(CrashKind crash, string expected)
    {
        using var file = CreateFlushed("a", 4096);
        _files.FlushDirectory(Root);
        using var mapped = MapOrSkip(file);
        mapped.Store("stored"u8, 100);

        Text(_files.CrashImage(crash), "a")[100..106].ShouldBe(expected);

        file.FlushData();
        Text(_files.CrashImage(crash), "a")[100..106].ShouldBe("stored");
    }

    [Fact]
    public void CrashImage_TearingSectors_KeepsEachForItselfInAnyOfItsStates()
    {
        using var file = CreateFlushed("a", 2048);
        _files.FlushDirectory(Root);
        using var mapped = MapOrSkip(file);
        foreach (var value in "123")
        {
            mapped.Store(Encoding.ASCII.GetBytes(new string(value, 1024)), 256);
        }

        var seen = new HashSet<string>();
        for (var seed = 0; seed < 2000; seed++)
        {
            var text = Text(_files.CrashImage(CrashKind.PowerCutTearingSectors, seed), "a");
            text.Length.ShouldBe(2048, $"seed {seed}");
            text.Remove(256, 1024).ShouldAllBe(character => character == '\0', $"seed {seed}");

            // The store begins and ends in the middle of a sector, so it has parts of three.
            var parts = new[] { text[256..512], text[512..1024], text[1024..1280] };
            parts.ShouldAllBe(part => part == new string(part[0], part.Length), $"seed {seed}");
            seen.Add(string.Concat(parts.Select(part => part[0])));
        }

        seen.Count.ShouldBe(4 * 4 * 4, "each of the three sectors has any of four states");
    }

    [Fact]
    public void CrashImage_TearingSectorsOfAGrowingFile_GivesAnyOfItsSizesAndZerosForWhatIsLost()
    {
        using var file = _files.CreateNew(At("a"));
        _files.FlushDirectory(Root);
        file.Write(Enumerable.Repeat((byte)'x', 700).ToArray(), 0);
        file.Write(Enumerable.Repeat((byte)'y', 300).ToArray(), 700);

        var lengths = new HashSet<int>();
        for (var seed = 0; seed < 200; seed++)
        {
            var text = Text(_files.CrashImage(CrashKind.PowerCutTearingSectors, seed), "a");
            lengths.Add(text.Length);
            foreach (var (character, i) in text.Select((character, i) => (character, i)))
            {
                (character == '\0' || character == (i < 700 ? 'x' : 'y')).ShouldBeTrue($"seed {seed}, byte {i}");
            }
        }

        lengths.ShouldBe([0, 700, 1000], ignoreOrder: true);
    }

    [Fact]
    public void CrashImage_TearingSectorsInOrder_LeavesPrefixesOften()
    {
        // Eight writes to sectors of their own: in a prefix the first sectors are there and the others not.
        using var file = CreateFlushed("a", 4096);
        _files.FlushDirectory(Root);
        for (var i = 0; i < 8; i++)
        {
            file.Write("x"u8, i * 512);
        }

        var prefixes = new HashSet<string>();
        var others = 0;
        for (var seed = 0; seed < 2000; seed++)
        {
            var text = Text(_files.CrashImage(CrashKind.PowerCutTearingSectors, seed), "a");
            var kept = string.Concat(Enumerable.Range(0, 8).Select(i => text[i * 512] == 'x' ? '1' : '0'));
            if (kept.TrimEnd('0').Contains('0'))
            {
                others++;
            }
            else
            {
                prefixes.Add(kept);
            }
        }

        prefixes.Count.ShouldBe(9);
        others.ShouldBeGreaterThan(100);
    }

    [Fact]
    public void CrashImage_SameSeedOfTornSectors_GivesTheSameImage()
    {
        for (var i = 0; i < 5; i++)
        {
            using var file = CreateFlushed($"file-{i}", 8192);
            file.Write(Enumerable.Repeat((byte)('0' + i), 6000).ToArray(), 100);
        }

        _files.FlushDirectory(Root);

        Fingerprint(7).ShouldBe(Fingerprint(7));
        Enumerable.Range(0, 5).Select(Fingerprint).Distinct().Count().ShouldBe(5);

        string Fingerprint(int seed)
        {
            var image = _files.CrashImage(CrashKind.PowerCutTearingSectors, seed);
            return string.Concat(image.List(Root).Select(entry => entry.Name).Order().Select(name => Text(image, name)));
        }
    }

    [Fact]
    public void CrashImage_OfADiskOfSegments_SharesTheirPages()
    {
        for (var i = 0; i < 10; i++)
        {
            using var file = _files.CreateNew(At($"file-{i}"));
            var bytes = new byte[1 << 20];
            new Random(i).NextBytes(bytes);
            file.Write(bytes, 0);
            file.Flush();
            file.Write("a few bytes that are not flushed"u8, 1 << 19);
        }

        _files.FlushDirectory(Root);
        foreach (var crash in Enum.GetValues<CrashKind>())
        {
            _files.CrashImage(crash);
            var before = GC.GetAllocatedBytesForCurrentThread();
            _files.CrashImage(crash, seed: 1);

            // Copies would be ten million bytes and more; what is measured is about a twentieth of that.
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20, crash.ToString());
        }
    }

    [Fact]
    public void MappingAllowed_False_GivesNoMappingAndIsInherited()
    {
        _files.MappingAllowed = false;
        using var file = CreateFlushed("a", 4096);
        file.TryMap().ShouldBeNull();

        _files.CrashImage(CrashKind.ProcessKilled).MappingAllowed.ShouldBeFalse();
        _files.MappingAllowed = true;
        using var mapped = file.TryMap();
        mapped.ShouldNotBeNull();
    }

    [Fact]
    public void CapacityBytes_LoweredAndRaisedWhileInUse_FillsTheDiskAndHeals()
    {
        using var file = CreateFlushed("a", 4096);
        using var mapped = MapOrSkip(file);
        _files.UsedBytes.ShouldBe(4096);

        _files.CapacityBytes = 100;

        Should.NotThrow(() => mapped.Store("x"u8, 0));
        Should.NotThrow(() => file.Write("y"u8, 4095));
        Should.Throw<IOException>(() => file.Write("zz"u8, 4095));
        Should.Throw<IOException>(() => WriteFile("b", "x"));
        _files.GetAvailableBytes(Root).ShouldBe(0);

        _files.CapacityBytes = 4098;
        Should.NotThrow(() => file.Write("zz"u8, 4095));
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
