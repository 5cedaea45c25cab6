using System.Text;
using SnapshotKv.FileSystem;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.FileSystem;

/// <summary>Without rules the wrapper is a file system like any other; with them it fails as told.</summary>
public sealed class FaultInjectingFileSystemTests : FileSystemSpecification
{
    private readonly InMemoryFileSystem _inner = new();
    private readonly FaultInjectingFileSystem _files;

    public FaultInjectingFileSystemTests()
    {
        _inner.CreateDirectory(Root);
        _files = new FaultInjectingFileSystem(_inner);
    }

    private protected override IFileSystem Files => _files;

    private protected override string Root => Path.Join(Path.GetPathRoot(Path.GetTempPath()), "data");

    [Fact]
    public void Trace_SomeWork_HasEachOperationInOrder()
    {
        ReplaceFile("new");

        _files.Trace.Select(operation => operation.ToString()).ShouldBe(
        [
            $"1 CreateNew {At("a.tmp")}",
            $"2 Write {At("a.tmp")} 0+3",
            $"3 Flush {At("a.tmp")}",
            $"4 Rename {At("a.tmp")} -> {At("a")}",
            $"5 FlushDirectory {Root}",
        ]);
        _files.OperationCount.ShouldBe(5);
        _files.Trace.ShouldAllBe(operation => operation.IsChange);
    }

    [Fact]
    public void FailAt_EachOperationInTurn_FailsThatOneOnly()
    {
        for (var n = 1; n <= 5; n++)
        {
            var inner = new InMemoryFileSystem();
            inner.CreateDirectory(Root);
            var files = new FaultInjectingFileSystem(inner);
            files.FailAt(n, FileFault.InputOutput);

            Should.Throw<IOException>(() => ReplaceFile(files, "new"), $"operation {n}");

            files.OperationCount.ShouldBe(n);
            Should.NotThrow(() => files.FlushDirectory(Root));
            inner.FileExists(At("a")).ShouldBe(n == 5, $"operation {n}");
        }
    }

    [Fact]
    public void FailFrom_AnOperation_FailsItAndAllAfterUntilHealed()
    {
        _files.FailFrom(2, FileFault.InputOutput);
        using var file = _files.CreateNew(At("a"));

        Should.Throw<IOException>(() => file.Write("x"u8, 0));
        Should.Throw<IOException>(file.Flush);
        Should.Throw<IOException>(() => file.Length);
        Should.Throw<IOException>(() => _files.List(Root));

        _files.Heal();
        Should.NotThrow(() => file.Write("x"u8, 0));
    }

    [Fact]
    public void FailWhen_Times_StopsFailing()
    {
        _files.FailWhen(FileOperationKind.FlushDirectory, FileFault.InputOutput, times: 2);

        Should.Throw<IOException>(() => _files.FlushDirectory(Root));
        Should.Throw<IOException>(() => _files.FlushDirectory(Root));
        Should.NotThrow(() => _files.FlushDirectory(Root));
    }

    [Fact]
    public void FailWhen_EachFault_IsClassifiedAsADisksOwn()
    {
        Fault(FileFault.NoSpace).ShouldBe(StorageFault.NoSpace);
        Fault(FileFault.ReadOnly).ShouldBe(StorageFault.ReadOnly);
        Fault(FileFault.AccessDenied).ShouldBe(StorageFault.AccessDenied);
        Fault(FileFault.InputOutput).ShouldBe(StorageFault.Other);

        StorageFault Fault(FileFault fault)
        {
            _files.Heal();
            _files.FailWhen(operation => operation.Path == At("a"), fault);
            var thrown = Failure(() => _files.CreateNew(At("a")));
            thrown.Message.ShouldContain(At("a"));
            return SystemError.Classify(thrown);
        }
    }

    [Fact]
    public void FailWhen_AfterWritingSome_LeavesThemInTheFile()
    {
        _files.FailWhen(FileOperationKind.Write, FileFault.NoSpace.AfterWriting(2), times: 1);
        using var file = _files.CreateNew(At("a"));

        Should.Throw<IOException>(() => file.Write("abc"u8, 0));

        ReadFile("a").ShouldBe("ab");
    }

    [Fact]
    public void FailWhen_AfterTheFact_IsCarriedOutAndReported()
    {
        WriteFile("a", "x");
        _files.FailWhen(FileOperationKind.Rename, FileFault.InputOutput.AfterTheFact());

        Should.Throw<IOException>(() => _files.Rename(At("a"), At("b")));

        ReadFile("b").ShouldBe("x");
    }

    [Fact]
    public void FailWhen_AfterTheFactOfALock_LetsGoOfIt()
    {
        _files.FailWhen(FileOperationKind.Lock, FileFault.InputOutput.AfterTheFact(), times: 1);

        Should.Throw<IOException>(() => _files.TryLock(At("lock")));

        using var held = _files.TryLock(At("lock"));
        held.ShouldNotBeNull();
    }

    [Fact]
    public void FailWhen_FlushLosingUnflushed_LetsTheNextFlushLie()
    {
        _files.FailWhen(FileOperationKind.Flush, FileFault.InputOutput.LosingUnflushed(), times: 1);
        using var file = _files.CreateNew(At("a"));
        _files.FlushDirectory(Root);
        _inner.FlushDirectory(Path.GetDirectoryName(Root)!);
        file.Write("lost"u8, 0);

        Should.Throw<IOException>(file.Flush);
        file.Write("kept"u8, 4);
        Should.NotThrow(file.Flush);

        ReadFile("a").ShouldBe("lostkept");
        using var afterwards = _inner.CrashImage(CrashKind.PowerCutLosingNothing).OpenRead(At("a"));
        Read(afterwards, 0, 100).ShouldBe("\0\0\0\0kept");
    }

    [Fact]
    public void Trace_MappedFile_HasEachStore()
    {
        using var file = CreateFlushed("a", 4096);
        using (var mapped = MapOrSkip(file))
        {
            mapped.Store("abc"u8, 8);
            mapped.Publish(1, 0);
        }

        file.FlushData();

        _files.Trace.Skip(3).Select(operation => operation.ToString()).ShouldBe(
        [
            $"4 Map {At("a")}", $"5 Store {At("a")} 8+3", $"6 Publish {At("a")} 0+8", $"7 FlushData {At("a")}",
        ]);
        _files.Trace.Skip(4).ShouldAllBe(operation => operation.IsChange);
        _files.Trace.Where(operation => !operation.CanFail).Select(operation => operation.Number).ShouldBe([5, 6]);
    }

    [Fact]
    public void FailFrom_StoresAfterIt_SucceedAndTheFlushDoesNot()
    {
        using var file = CreateFlushed("a", 4096);
        using var mapped = MapOrSkip(file);
        _files.FailFrom(1, FileFault.InputOutput);

        mapped.Store("abc"u8, 8);
        mapped.Publish(0x41, 0);

        Should.Throw<IOException>(file.FlushData);
        _files.Heal();
        Read(file, 0, 11).ShouldBe("A\0\0\0\0\0\0\0abc");
    }

    [Fact]
    public void FailWhen_Map_IsRefused()
    {
        using var file = CreateFlushed("a", 4096);
        _files.FailWhen(FileOperationKind.Map, FileFault.InputOutput, times: 1);
        _files.FailWhen(FileOperationKind.Map, FileFault.InputOutput.AfterTheFact(), times: 1);

        Should.Throw<IOException>(() => file.TryMap());
        Should.Throw<IOException>(() => file.TryMap());
        Should.NotThrow(() => file.TryMap());
    }

    [Theory]
    [InlineData(false, "kept")]
    [InlineData(true, "\0\0\0\0")]
    public void FailWhen_FlushData_LeavesOrLosesWhatTheNextShouldHaveFlushed(bool isLosing, string expected)
    {
        using var file = CreateFlushed("a", 4096);
        _files.FlushDirectory(Root);
        _inner.FlushDirectory(Path.GetDirectoryName(Root)!);
        using var mapped = MapOrSkip(file);
        _files.FailWhen(FileOperationKind.FlushData, isLosing ? FileFault.InputOutput.LosingUnflushed() : FileFault.InputOutput, times: 1);
        mapped.Store("kept"u8, 0);

        Should.Throw<IOException>(file.FlushData);
        _inner.CrashImage(CrashKind.PowerCutLosingAll).Take(At("a"))[..4].ShouldBe(new byte[4]);
        Should.NotThrow(file.FlushData);

        Encoding.ASCII.GetString(_inner.CrashImage(CrashKind.PowerCutLosingAll).Take(At("a"))[..4]).ShouldBe(expected);
    }

    [Fact]
    public void FailWhen_FlushDataAfterTheFact_IsDurableAndReported()
    {
        using var file = CreateFlushed("a", 4096);
        _files.FlushDirectory(Root);
        _inner.FlushDirectory(Path.GetDirectoryName(Root)!);
        using var mapped = MapOrSkip(file);
        _files.FailWhen(FileOperationKind.FlushData, FileFault.ReadOnly.AfterTheFact());
        mapped.Store("kept"u8, 0);

        SystemError.Classify(Should.Throw<IOException>(file.FlushData)).ShouldBe(StorageFault.ReadOnly);

        _inner.CrashImage(CrashKind.PowerCutLosingAll).Take(At("a"))[..4].ShouldBe("kept"u8.ToArray());
    }

    [Fact]
    public void BeforeAndAfter_Publish_SeeTheStateOnEachSide()
    {
        using var file = CreateFlushed("a", 4096);
        using var mapped = MapOrSkip(file);
        var seen = new List<byte>();
        _files.Before(operation => operation.Kind == FileOperationKind.Publish, _ => seen.Add(_inner.Take(At("a"))[0]));
        _files.After(operation => operation.Kind == FileOperationKind.Publish, _ => seen.Add(_inner.Take(At("a"))[0]));

        mapped.Publish(7, 0);

        seen.ShouldBe([0, 7]);
    }

    [Theory]
    [InlineData(0, 3, "abc\0\0\0")]
    [InlineData(4, 6, "\0\0\0\0ef")]
    [InlineData(2, 4, "\0\0cd\0\0")]
    [InlineData(0, 0, "\0\0\0\0\0\0")]
    public async Task During_StoreOrWrite_SeesAPartAndLeavesTheWhole(int from, int to, string expected)
    {
        using var file = CreateFlushed("a", 4096);
        using var mapped = MapOrSkip(file);
        var seen = new List<string>();
        _files.During(
            operation => operation.Kind is FileOperationKind.Store or FileOperationKind.Write,
            _ => from..to,
            operation => seen.Add(Encoding.ASCII.GetString(_inner.Take(At("a"))[(int)operation.Offset..((int)operation.Offset + 6)])));

        mapped.Store("abcdef"u8, 10);
        file.Write("abcdef"u8, 20);
        await file.WriteAsync("abcdef"u8.ToArray(), 30, TestContext.Current.CancellationToken);

        seen.ShouldBe([expected, expected, expected]);
        Read(file, 10, 6).ShouldBe("abcdef");
        Read(file, 20, 6).ShouldBe("abcdef");
        Read(file, 30, 6).ShouldBe("abcdef");
    }

    [Fact]
    public async Task Hold_AnOperation_WaitsUntilItIsReleasedAndFailsByTheRulesOfThen()
    {
        using var file = CreateFlushed("a", 4096);
        using var hold = _files.Hold(operation => operation.Kind == FileOperationKind.FlushData);
        var flushing = Task.Run(file.FlushData, TestContext.Current.CancellationToken);

        (await hold.Reached).Kind.ShouldBe(FileOperationKind.FlushData);
        flushing.IsCompleted.ShouldBeFalse();
        Should.NotThrow(() => file.Write("others go on"u8, 0));
        _files.FailWhen(FileOperationKind.FlushData, FileFault.InputOutput, times: 1);
        hold.Release();

        await Should.ThrowAsync<IOException>(flushing);
        Should.NotThrow(file.FlushData);
    }

    [Fact]
    public async Task Hold_AsyncOperation_DoesNotKeepTheThread()
    {
        using var file = CreateFlushed("a", 4096);
        using var hold = _files.Hold(operation => operation.Kind is FileOperationKind.Read or FileOperationKind.Write);

        var writing = file.WriteAsync("x"u8.ToArray(), 0, TestContext.Current.CancellationToken).AsTask();
        var reading = file.ReadAsync(new byte[1], 0, TestContext.Current.CancellationToken).AsTask();

        writing.IsCompleted.ShouldBeFalse();
        reading.IsCompleted.ShouldBeFalse();
        hold.Release();
        await writing;
        (await reading).ShouldBe(1);
    }

    [Fact]
    public void BeforeAndAfter_AnOperation_SeeTheStateOnEachSide()
    {
        var seen = new List<bool>();
        _files.Before(4, () => seen.Add(_inner.FileExists(At("a"))));
        _files.After(4, () => seen.Add(_inner.FileExists(At("a"))));

        ReplaceFile("new");

        seen.ShouldBe([false, true]);
    }

    [Fact]
    public void Before_CallbackThatUsesTheFileSystem_IsNumberedToo()
    {
        _files.Before(operation => operation.Kind == FileOperationKind.Flush, _ => _files.List(Root));

        ReplaceFile("new");

        _files.Trace.Select(operation => operation.Kind).ShouldBe(
        [
            FileOperationKind.CreateNew, FileOperationKind.Write, FileOperationKind.Flush, FileOperationKind.List, FileOperationKind.Rename, FileOperationKind.FlushDirectory,
        ]);
    }

    [Fact]
    public void FailFrom_EachOperationThenAnyCrash_LeavesTheOldFileOrTheNew()
    {
        // What the crash tests of the project do, on the smallest work there is: replacing a file.
        for (var n = 1; n <= 6; n++)
        {
            var inner = new InMemoryFileSystem();
            inner.CreateDirectory(Root);
            inner.FlushDirectory(Path.GetDirectoryName(Root)!);
            ReplaceFile(inner, "old");
            var files = new FaultInjectingFileSystem(inner);
            files.FailFrom(n, FileFault.InputOutput);

            var isAcknowledged = Record.Exception(() => ReplaceFile(files, "new")) is null;

            isAcknowledged.ShouldBe(n == 6);
            foreach (var crash in Enum.GetValues<CrashKind>())
            {
                for (var seed = 0; seed < 10; seed++)
                {
                    using var file = inner.CrashImage(crash, seed).OpenRead(At("a"));
                    var text = Read(file, 0, 100);
                    (text == "new" || (text == "old" && !isAcknowledged)).ShouldBeTrue($"operation {n}, {crash}, seed {seed}: '{text}'");
                }
            }
        }
    }

    private void ReplaceFile(string text) => ReplaceFile(_files, text);

    private void ReplaceFile(IFileSystem files, string text)
    {
        using (var file = files.CreateNew(At("a.tmp")))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(text), 0);
            file.Flush();
        }

        files.Rename(At("a.tmp"), At("a"));
        files.FlushDirectory(Root);
    }
}
