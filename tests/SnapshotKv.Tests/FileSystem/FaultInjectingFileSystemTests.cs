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
