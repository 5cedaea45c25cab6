using System.Text;
using SnapshotKv.FileSystem;

namespace SnapshotKv.Tests.FileSystem;

/// <summary>What every file system promises; run on each implementation, so that tests on the in-memory one say something about disks.</summary>
public abstract class FileSystemSpecification
{
    /// <summary>The file system under test.</summary>
    private protected abstract IFileSystem Files { get; }

    /// <summary>An existing, empty directory of this test's own, spelled as <see cref="IFileSystem.GetRealPath"/> spells it.</summary>
    private protected abstract string Root { get; }

    [Fact]
    public void CreateNew_FreshName_IsAnEmptyFile()
    {
        using var file = Files.CreateNew(At("a"));

        file.Length.ShouldBe(0);
        file.Read(new byte[4], 0).ShouldBe(0);
        Files.FileExists(At("a")).ShouldBeTrue();
        Files.DirectoryExists(At("a")).ShouldBeFalse();
    }

    [Fact]
    public void CreateNew_ExistingFile_IsRefusedAndLeftAlone()
    {
        WriteFile("a", "old");

        Should.Throw<IOException>(() => Files.CreateNew(At("a"))).Message.ShouldContain(At("a"));

        ReadFile("a").ShouldBe("old");
    }

    [Fact]
    public void CreateNew_ExistingDirectory_IsRefused()
    {
        Files.CreateDirectory(At("d"));

        Failure(() => Files.CreateNew(At("d"))).Message.ShouldContain(At("d"));
    }

    [Fact]
    public void CreateNew_MissingDirectory_SaysSo() =>
        Should.Throw<DirectoryNotFoundException>(() => Files.CreateNew(At("none", "a"))).Message.ShouldContain(At("none", "a"));

    [Fact]
    public void CreateNew_FileAsParent_IsRefused()
    {
        WriteFile("a", "x");

        Failure(() => Files.CreateNew(At("a", "b"))).Message.ShouldContain(At("a", "b"));
    }

    [Fact]
    public async Task WriteAsync_AtOffsets_ReadsBackEachByteInBothForms()
    {
        using var file = Files.CreateNew(At("a"));
        await file.WriteAsync("world"u8.ToArray(), 6, TestContext.Current.CancellationToken);
        await file.WriteAsync("hello "u8.ToArray(), 0, TestContext.Current.CancellationToken);
        await file.WriteAsync(default, 100, TestContext.Current.CancellationToken);

        file.Length.ShouldBe(11);
        Read(file, 0, 20).ShouldBe("hello world");
        var buffer = new byte[20];
        (await file.ReadAsync(buffer, 6, TestContext.Current.CancellationToken)).ShouldBe(5);
        buffer.AsSpan(0, 5).SequenceEqual("world"u8).ShouldBeTrue();
        (await file.ReadAsync(buffer, 11, TestContext.Current.CancellationToken)).ShouldBe(0);
    }

    [Fact]
    public async Task ReadAndWriteAsync_Canceled_DoNothing()
    {
        using var file = Files.CreateNew(At("a"));
        var canceled = new CancellationToken(canceled: true);

        await Should.ThrowAsync<OperationCanceledException>(async () => await file.WriteAsync(new byte[1], 0, canceled));
        await Should.ThrowAsync<OperationCanceledException>(async () => await file.ReadAsync(new byte[1], 0, canceled));
        file.Length.ShouldBe(0);
    }

    [Fact]
    public async Task WriteAsync_OpenedForReading_IsRefusedWithThePath()
    {
        WriteFile("a", "x");
        using var file = Files.OpenRead(At("a"));

        (await Should.ThrowAsync<Exception>(async () => await file.WriteAsync(new byte[1], 0, TestContext.Current.CancellationToken))).Message.ShouldContain(At("a"));
    }

    [Fact]
    public void Write_AtOffsets_ReadsBackEachByte()
    {
        using var file = Files.CreateNew(At("a"));

        file.Write("hello"u8, 0);
        file.Write("J"u8, 0);
        file.Write("!"u8, 5);

        file.Length.ShouldBe(6);
        Read(file, 0, 10).ShouldBe("Jello!");
        Read(file, 2, 3).ShouldBe("llo");
    }

    [Fact]
    public void Write_BeyondTheEnd_FillsTheGapWithZeros()
    {
        using var file = Files.CreateNew(At("a"));

        file.Write("x"u8, 4);

        file.Length.ShouldBe(5);
        Read(file, 0, 5).ShouldBe("\0\0\0\0x");
    }

    [Fact]
    public void Write_Nothing_ChangesNothing()
    {
        using var file = Files.CreateNew(At("a"));

        file.Write([], 10);

        file.Length.ShouldBe(0);
    }

    [Fact]
    public void Read_AtAndBeyondTheEnd_GivesNothing()
    {
        WriteFile("a", "abc");
        using var file = Files.OpenRead(At("a"));

        file.Read(new byte[4], 3).ShouldBe(0);
        file.Read(new byte[4], 1000).ShouldBe(0);
    }

    [Fact]
    public void Read_LargeFile_FillsTheBuffer()
    {
        var bytes = new byte[3_000_001];
        new Random(1).NextBytes(bytes);
        using (var file = Files.CreateNew(At("a")))
        {
            file.Write(bytes, 0);
        }

        using var opened = Files.OpenRead(At("a"));
        var buffer = new byte[bytes.Length + 1];
        opened.Read(buffer, 0).ShouldBe(bytes.Length);
        buffer.AsSpan(0, bytes.Length).SequenceEqual(bytes).ShouldBeTrue();
    }

    [Fact]
    public void Flush_OpenFile_KeepsItsContents()
    {
        using (var file = Files.CreateNew(At("a")))
        {
            file.Write("abc"u8, 0);
            file.Flush();
        }

        ReadFile("a").ShouldBe("abc");
    }

    [Fact]
    public void Flush_FileOpenedForReading_IsAllowed()
    {
        WriteFile("a", "abc");
        using var file = Files.OpenRead(At("a"));

        Should.NotThrow(file.Flush);
    }

    [Fact]
    public void FlushData_OverwrittenFile_KeepsItsContents()
    {
        using (var file = Files.CreateNew(At("a")))
        {
            file.Write("abc"u8, 0);
            file.Flush();
            file.Write("x"u8, 1);
            file.FlushData();
        }

        ReadFile("a").ShouldBe("axc");
    }

    [Fact]
    public void Store_MappedFile_IsReadAtOnceByEveryHandle()
    {
        using var file = CreateFlushed("a", 10_000);
        using var reader = Files.OpenRead(At("a"));
        using var mapped = MapOrSkip(file);

        mapped.Store("hello"u8, 4_094);
        mapped.Store([], 10_000);
        mapped.Publish(0x4847_4645_4443_4241, 8_192);

        Read(file, 4_093, 7).ShouldBe("\0hello\0");
        Read(reader, 4_093, 7).ShouldBe("\0hello\0");
        Read(reader, 8_191, 10).ShouldBe("\0ABCDEFGH\0");
        file.Length.ShouldBe(10_000);
    }

    [Fact]
    public void Store_WrittenToThroughTheHandle_SeesEachOther()
    {
        using var file = CreateFlushed("a", 4096);
        using var mapped = MapOrSkip(file);

        mapped.Store("abcdef"u8, 0);
        file.Write("XY"u8, 2);
        mapped.Store("e"u8, 5);
        file.FlushData();

        ReadFile("a")[..6].ShouldBe("abXYee");
    }

    [Fact]
    public void Store_RenamedFile_StoresIntoIt()
    {
        using var file = CreateFlushed("a", 4096);
        using var mapped = MapOrSkip(file);

        Files.Rename(At("a"), At("b"));
        mapped.Store("abc"u8, 0);

        ReadFile("b")[..3].ShouldBe("abc");
    }

    [Fact]
    public void Store_HandleDisposedBefore_StoresStill()
    {
        var file = CreateFlushed("a", 4096);
        using var mapped = MapOrSkip(file);

        file.Dispose();
        mapped.Store("abc"u8, 0);
        mapped.Publish(0x44, 8);

        ReadFile("a")[..10].ShouldBe("abc\0\0\0\0\0D\0");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(long.MaxValue)]
    public void Store_Outside_IsRefusedAndStoresNothing(long offset)
    {
        using var file = CreateFlushed("a", 4096);
        using var mapped = MapOrSkip(file);

        Should.Throw<ArgumentOutOfRangeException>(() => mapped.Store("xy"u8, offset));

        ReadFile("a").ShouldBe(new string('\0', 4096));
    }

    [Theory]
    [InlineData(-8)]
    [InlineData(4)]
    [InlineData(4096)]
    [InlineData(long.MaxValue - 7)]
    public void Publish_OutsideOrUnaligned_IsRefusedAndStoresNothing(long offset)
    {
        using var file = CreateFlushed("a", 4096);
        using var mapped = MapOrSkip(file);

        Should.Throw<ArgumentOutOfRangeException>(() => mapped.Publish(1, offset));

        ReadFile("a").ShouldBe(new string('\0', 4096));
    }

    [Fact]
    public void Publish_LengthNoMultipleOfEight_StoresTheLastWholeWord()
    {
        using var file = CreateFlushed("a", 4099);
        using var mapped = MapOrSkip(file);

        mapped.Publish(0x41, 4088);

        Should.Throw<ArgumentOutOfRangeException>(() => mapped.Publish(1, 4096));
        Read(file, 4088, 1).ShouldBe("A");
    }

    [Fact]
    public void TryMap_TwiceAndGrownAfterwards_MapsWhatWasThere()
    {
        using var file = CreateFlushed("a", 4096);
        using var first = MapOrSkip(file);
        file.Write("x"u8, 8191);
        file.Flush();
        using var second = MapOrSkip(file);

        first.Store("1"u8, 0);
        second.Store("2"u8, 8191);

        Should.Throw<ArgumentOutOfRangeException>(() => first.Store("3"u8, 8191));
        Read(file, 0, 1).ShouldBe("1");
        Read(file, 8191, 1).ShouldBe("2");
    }

    [Fact]
    public void TryMap_EmptyFile_IsRefusedWithThePath()
    {
        MapOrSkip(CreateFlushed("full", 1)).Dispose();
        using var file = Files.CreateNew(At("a"));

        Should.Throw<IOException>(() => file.TryMap()).Message.ShouldContain(At("a"));
    }

    [Fact]
    public void TryMap_OpenedForReading_IsRefusedWithThePath()
    {
        MapOrSkip(CreateFlushed("a", 4096)).Dispose();
        using var file = Files.OpenRead(At("a"));

        Failure(() => file.TryMap()).Message.ShouldContain(At("a"));
    }

    [Fact]
    public void Dispose_MappedFileTwice_IsHarmlessAndItsLast()
    {
        using var file = CreateFlushed("a", 4096);
        var mapped = MapOrSkip(file);
        mapped.Store("abc"u8, 0);

        mapped.Dispose();
        mapped.Dispose();

        Should.Throw<ObjectDisposedException>(() => mapped.Store("x"u8, 0));
        Should.Throw<ObjectDisposedException>(() => mapped.Publish(1, 0));
        ReadFile("a")[..4].ShouldBe("abc\0");
    }

    [Fact]
    public void Dispose_Twice_IsHarmless()
    {
        var file = Files.CreateNew(At("a"));

        file.Dispose();
        file.Dispose();

        Should.Throw<ObjectDisposedException>(() => file.Read(new byte[1], 0));
        Should.Throw<ObjectDisposedException>(() => file.Write("x"u8, 0));
        Should.Throw<ObjectDisposedException>(file.Flush);
        Should.Throw<ObjectDisposedException>(file.FlushData);
        Should.Throw<ObjectDisposedException>(() => file.TryMap());
        Should.Throw<ObjectDisposedException>(() => file.Length);
    }

    [Fact]
    public void OpenRead_MissingFile_SaysSo() =>
        Should.Throw<FileNotFoundException>(() => Files.OpenRead(At("a"))).Message.ShouldContain(At("a"));

    [Fact]
    public void OpenRead_MissingDirectory_SaysSo() =>
        Should.Throw<DirectoryNotFoundException>(() => Files.OpenRead(At("none", "a"))).Message.ShouldContain(At("none", "a"));

    [Fact]
    public void OpenRead_Directory_SaysThatItIsOne()
    {
        Files.CreateDirectory(At("d"));

        Should.Throw<IOException>(() => Files.OpenRead(At("d"))).Message.ShouldBe($"'{At("d")}' is a directory, not a file.");
    }

    [Fact]
    public void OpenRead_WriteToIt_IsRefused()
    {
        WriteFile("a", "abc");
        using var file = Files.OpenRead(At("a"));

        Failure(() => file.Write("x"u8, 0)).Message.ShouldContain(At("a"));
    }

    [Fact]
    public void OpenRead_FileBeingWritten_SeesWhatIsWritten()
    {
        using var writer = Files.CreateNew(At("a"));
        using var reader = Files.OpenRead(At("a"));

        writer.Write("abc"u8, 0);

        Read(reader, 0, 3).ShouldBe("abc");
    }

    [Fact]
    public void Rename_FreshName_MovesTheFile()
    {
        WriteFile("a", "1");

        Files.Rename(At("a"), At("b"));

        Names().ShouldBe(["b"]);
        ReadFile("b").ShouldBe("1");
    }

    [Fact]
    public void Rename_ExistingFile_ReplacesIt()
    {
        WriteFile("a", "new");
        WriteFile("b", "older");

        Files.Rename(At("a"), At("b"));

        Names().ShouldBe(["b"]);
        ReadFile("b").ShouldBe("new");
    }

    [Fact]
    public void Rename_ToItself_ChangesNothing()
    {
        WriteFile("a", "1");

        Files.Rename(At("a"), At("a"));

        ReadFile("a").ShouldBe("1");
    }

    [Fact]
    public void Rename_IntoAnotherDirectory_MovesTheFile()
    {
        WriteFile("a", "1");
        Files.CreateDirectory(At("d"));

        Files.Rename(At("a"), At("d", "b"));

        ReadFile("d", "b").ShouldBe("1");
        Files.FileExists(At("a")).ShouldBeFalse();
    }

    [Fact]
    public void Rename_OpenFile_KeepsTheHandleOnIt()
    {
        using var file = Files.CreateNew(At("a"));
        file.Write("1"u8, 0);

        Files.Rename(At("a"), At("b"));
        file.Write("2"u8, 1);

        ReadFile("b").ShouldBe("12");
    }

    [Fact]
    public void Rename_ReplacedFileStillOpen_StaysReadable()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps the name of an open file in use.");
        WriteFile("a", "new");
        WriteFile("b", "old");
        using var old = Files.OpenRead(At("b"));

        Files.Rename(At("a"), At("b"));

        Read(old, 0, 3).ShouldBe("old");
    }

    [Fact]
    public void Rename_MissingFile_SaysSo()
    {
        var thrown = Should.Throw<FileNotFoundException>(() => Files.Rename(At("a"), At("b")));

        thrown.Message.ShouldContain(At("a"));
        thrown.Message.ShouldContain(At("b"));
    }

    [Fact]
    public void Rename_IntoMissingDirectory_IsRefusedAndLeavesTheFile()
    {
        WriteFile("a", "1");

        Failure(() => Files.Rename(At("a"), At("none", "b"))).Message.ShouldContain(At("none", "b"));

        ReadFile("a").ShouldBe("1");
    }

    [Fact]
    public void Rename_OntoDirectory_IsRefusedAndLeavesBoth()
    {
        WriteFile("a", "1");
        Files.CreateDirectory(At("d"));

        Failure(() => Files.Rename(At("a"), At("d"))).Message.ShouldContain(At("d"));

        Names().ShouldBe(["a", "d"]);
    }

    [Fact]
    public void Rename_Directory_IsRefused()
    {
        Files.CreateDirectory(At("d"));

        Should.Throw<IOException>(() => Files.Rename(At("d"), At("e"))).Message.ShouldBe($"'{At("d")}' is a directory, not a file.");

        Names().ShouldBe(["d"]);
    }

    [Fact]
    public void Delete_File_RemovesIt()
    {
        WriteFile("a", "1");

        Files.Delete(At("a"));

        Names().ShouldBeEmpty();
    }

    [Fact]
    public void Delete_MissingFileOrDirectory_IsNoError()
    {
        Should.NotThrow(() => Files.Delete(At("a")));
        Should.NotThrow(() => Files.Delete(At("none", "a")));
    }

    [Fact]
    public void Delete_Directory_IsRefused()
    {
        Files.CreateDirectory(At("d"));

        Should.Throw<IOException>(() => Files.Delete(At("d"))).Message.ShouldBe($"'{At("d")}' is a directory, not a file.");

        Files.DirectoryExists(At("d")).ShouldBeTrue();
    }

    [Fact]
    public void CreateDirectory_MissingParents_MakesThemAll()
    {
        Files.CreateDirectory(At("x", "y", "z"));

        Files.DirectoryExists(At("x", "y", "z")).ShouldBeTrue();
        Files.FileExists(At("x")).ShouldBeFalse();
    }

    [Fact]
    public void CreateDirectory_Existing_LeavesItAsItIs()
    {
        Files.CreateDirectory(At("d"));
        WriteFile("d/a", "1");

        Files.CreateDirectory(At("d"));

        ReadFile("d", "a").ShouldBe("1");
    }

    [Fact]
    public void CreateDirectory_FileInTheWay_IsRefused()
    {
        WriteFile("a", "1");

        Failure(() => Files.CreateDirectory(At("a"))).Message.ShouldContain(At("a"));
        Failure(() => Files.CreateDirectory(At("a", "b"))).Message.ShouldContain(At("a"));
    }

    [Fact]
    public void List_FilesAndDirectories_GivesKindAndLength()
    {
        WriteFile("a", "123");
        WriteFile(".hidden", "");
        Files.CreateDirectory(At("d", "e"));

        Files.List(Root).OrderBy(entry => entry.Name, StringComparer.Ordinal).ShouldBe(
        [
            new FileSystemEntry(".hidden", IsDirectory: false, 0),
            new FileSystemEntry("a", IsDirectory: false, 3),
            new FileSystemEntry("d", IsDirectory: true, 0),
        ]);
    }

    [Fact]
    public void List_MissingDirectory_SaysSo() =>
        Should.Throw<DirectoryNotFoundException>(() => Files.List(At("none"))).Message.ShouldContain(At("none"));

    [Fact]
    public void List_File_IsRefused()
    {
        WriteFile("a", "1");

        Should.Throw<IOException>(() => Files.List(At("a"))).Message.ShouldContain(At("a"));
    }

    [Fact]
    public void FlushDirectory_Existing_Returns() => Should.NotThrow(() => Files.FlushDirectory(Root));

    [Fact]
    public void FlushDirectory_MissingOrFile_IsRefused()
    {
        WriteFile("a", "1");

        Should.Throw<DirectoryNotFoundException>(() => Files.FlushDirectory(At("none"))).Message.ShouldContain(At("none"));
        Should.Throw<IOException>(() => Files.FlushDirectory(At("a"))).Message.ShouldContain(At("a"));
    }

    [Fact]
    public void TryLock_Held_GivesNullUntilLetGo()
    {
        using (var held = Files.TryLock(At("lock")))
        {
            held.ShouldNotBeNull();
            Files.TryLock(At("lock")).ShouldBeNull();
        }

        Files.FileExists(At("lock")).ShouldBeTrue();
        using var again = Files.TryLock(At("lock"));
        again.ShouldNotBeNull();
    }

    [Fact]
    public void TryLock_DisposedTwice_DoesNotLetGoOfTheNextHolder()
    {
        var first = Files.TryLock(At("lock"))!;
        first.Dispose();
        using var second = Files.TryLock(At("lock"));

        first.Dispose();

        Files.TryLock(At("lock")).ShouldBeNull();
    }

    [Fact]
    public void TryLock_OtherFile_IsIndependent()
    {
        using var a = Files.TryLock(At("a"));
        using var b = Files.TryLock(At("b"));

        a.ShouldNotBeNull();
        b.ShouldNotBeNull();
    }

    [Fact]
    public void TryLock_MissingDirectory_IsAnErrorAndNotHeld() =>
        Should.Throw<DirectoryNotFoundException>(() => Files.TryLock(At("none", "lock"))).Message.ShouldContain(At("none", "lock"));

    [Fact]
    public void TryLock_Directory_IsAnErrorAndNotHeld()
    {
        Files.CreateDirectory(At("lock"));

        Failure(() => Files.TryLock(At("lock"))).Message.ShouldContain(At("lock"));
    }

    [Fact]
    public void GetAvailableBytes_Existing_IsPositive() => Files.GetAvailableBytes(Root).ShouldBePositive();

    [Fact]
    public void GetAvailableBytes_Missing_SaysSo() =>
        Should.Throw<IOException>(() => Files.GetAvailableBytes(At("none"))).Message.ShouldContain(At("none"));

    [Fact]
    public void GetRealPath_SpellingsOfOnePath_GiveOneString()
    {
        var expected = At("d", "new");
        Files.CreateDirectory(At("d"));

        Files.GetRealPath(At("d", "new")).ShouldBe(expected);
        Files.GetRealPath(At("d", "new") + "/").ShouldBe(expected);
        Files.GetRealPath(Path.Join(Root, "d", ".", "x", "..", "new")).ShouldBe(expected);
        Files.GetRealPath(Path.Join(Root, "d") + "//new").ShouldBe(expected);
    }

    [Fact]
    public void GetRealPath_Root_IsTheRoot()
    {
        var root = Path.GetPathRoot(Root)!;

        Files.GetRealPath(root).ShouldBe(root);
        Files.GetRealPath(Path.Join(root, "..", "..")).ShouldBe(root);
    }

    [Fact]
    public void DescribeUser_Always_SaysSomething() => Files.DescribeUser().ShouldNotBeNullOrWhiteSpace();

    private protected string At(params string[] names) => Path.Join([Root, .. names]);

    private protected void WriteFile(string name, string text)
    {
        using var file = Files.CreateNew(At(name));
        file.Write(Encoding.UTF8.GetBytes(text), 0);
    }

    /// <summary>A file of zeros, as the journal makes them before it maps them.</summary>
    private protected IFileHandle CreateFlushed(string name, int length)
    {
        var file = Files.CreateNew(At(name));
        file.Write(new byte[length], 0);
        file.Flush();
        return file;
    }

    private protected static IMappedFile MapOrSkip(IFileHandle file)
    {
        var mapped = file.TryMap();
        Assert.SkipWhen(mapped is null, "Files cannot be mapped where the tests keep theirs.");
        return mapped!;
    }

    private protected string ReadFile(params string[] names)
    {
        using var file = Files.OpenRead(At(names));
        return Read(file, 0, checked((int)file.Length));
    }

    private protected static string Read(IFileHandle file, long offset, int count)
    {
        var buffer = new byte[count];
        return Encoding.UTF8.GetString(buffer, 0, file.Read(buffer, offset));
    }

    /// <summary>The failure of an operation: one of the two types the interface allows, or the test fails.</summary>
    private protected static Exception Failure(Action action)
    {
        var thrown = Record.Exception(action);
        (thrown is IOException or UnauthorizedAccessException).ShouldBeTrue($"thrown: {thrown}");
        return thrown!;
    }

    private string[] Names() => [.. Files.List(Root).Select(entry => entry.Name).Order(StringComparer.Ordinal)];
}
