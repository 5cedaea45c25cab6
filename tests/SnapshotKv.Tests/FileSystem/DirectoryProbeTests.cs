using SnapshotKv.FileSystem;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.FileSystem;

public sealed class DirectoryProbeTests
{
    private static readonly string Data = Path.Join(Path.GetPathRoot(Path.GetTempPath()), "srv", "data");

    private readonly InMemoryFileSystem _inner = new();
    private readonly FaultInjectingFileSystem _files;

    public DirectoryProbeTests() => _files = new FaultInjectingFileSystem(_inner);

    [Fact]
    public void Check_UsableDirectory_ProvesEachThingAndLeavesNothing()
    {
        DirectoryProbe.Check(_files, Data);

        var kinds = _files.Trace.Select(operation => operation.Kind).ToHashSet();
        FileOperationKind[] needed =
        [
            FileOperationKind.CreateNew, FileOperationKind.Write, FileOperationKind.Flush, FileOperationKind.Rename,
            FileOperationKind.FlushDirectory, FileOperationKind.Delete, FileOperationKind.GetAvailableBytes, FileOperationKind.Read,
        ];
        needed.Except(kinds).ShouldBeEmpty();
        _inner.List(Data).ShouldBeEmpty();
    }

    [Fact]
    public void Check_MissingDirectories_MakesThemDurably()
    {
        DirectoryProbe.Check(_files, Path.Join(Data, "x", "y"));

        _inner.CrashImage(CrashKind.PowerCutLosingAll).DirectoryExists(Path.Join(Data, "x", "y")).ShouldBeTrue();
    }

    [Fact]
    public void Check_DirectoriesThatAnEndedProcessHasJustMade_MakesTheirNamesDurable()
    {
        _inner.CreateDirectory(Data);

        DirectoryProbe.Check(_files, Data);

        _inner.CrashImage(CrashKind.PowerCutLosingAll).DirectoryExists(Data).ShouldBeTrue();
    }

    [Theory]
    [InlineData(nameof(StorageFailures.AccessDenied))]
    [InlineData(nameof(StorageFailures.ReadOnly))]
    [InlineData(nameof(StorageFailures.InvalidArgument))]
    internal void Check_ParentThatMayNotOrCannotBeFlushed_IsNoReasonToRefuse(string failure)
    {
        _inner.CreateDirectory(Data);
        FailAtParents(failure switch
        {
            nameof(StorageFailures.ReadOnly) => FileFault.ReadOnly,
            nameof(StorageFailures.InvalidArgument) => new FileFault(StorageFailures.InvalidArgument),
            _ => FileFault.AccessDenied,
        });

        DirectoryProbe.Check(_files, Data);

        _inner.List(Data).ShouldBeEmpty();
    }

    [Fact]
    public void Check_ParentThatMayNotBeFlushed_ThoseAboveItAre()
    {
        var deep = Path.Join(Data, "deep");
        _inner.CreateDirectory(deep);
        _files.FailWhen(operation => operation.Kind == FileOperationKind.FlushDirectory && operation.Path == Data, FileFault.AccessDenied);

        DirectoryProbe.Check(_files, deep);

        _inner.CrashImage(CrashKind.PowerCutLosingAll).DirectoryExists(Data).ShouldBeTrue();
    }

    [Fact]
    public void Check_DeviceErrorAtAParent_IsRefusedAndNamesIt()
    {
        _inner.CreateDirectory(Data);
        FailAtParents(FileFault.InputOutput);

        var message = Should.Throw<KvStoreUnavailableException>(() => DirectoryProbe.Check(_files, Data)).Message;

        message.ShouldContain($"tried to flush the names in '{Path.GetDirectoryName(Data)}' to the device");
        message.ShouldContain("kernel log");
        _files.Heal();
        DirectoryProbe.Check(_files, Data);
        _inner.List(Data).ShouldBeEmpty();
    }

    [Fact]
    public void Check_LeftoversOfACrash_RemovesThem()
    {
        DirectoryProbe.Check(_files, Data);
        var count = _files.OperationCount;
        var leftBehind = 0;
        for (var n = 1; n <= count; n++)
        {
            var inner = new InMemoryFileSystem();
            var files = new FaultInjectingFileSystem(inner);
            files.FailFrom(n, FileFault.InputOutput);
            Should.Throw<KvStoreUnavailableException>(() => DirectoryProbe.Check(files, Data), $"operation {n}");
            files.Heal();
            leftBehind += inner.DirectoryExists(Data) && inner.List(Data).Count > 0 ? 1 : 0;

            DirectoryProbe.Check(files, Data);

            inner.List(Data).ShouldBeEmpty($"operation {n}");
        }

        leftBehind.ShouldBePositive();
    }

    [Fact]
    public void Check_PathIsAFile_SaysSo()
    {
        _inner.CreateDirectory(Path.GetDirectoryName(Data)!);
        _inner.CreateNew(Data).Dispose();

        Should.Throw<KvStoreUnavailableException>(() => DirectoryProbe.Check(_files, Data)).Message.ShouldBe(
            $"The path '{Data}' is a file, but a store needs a directory: name another path, or move the file away.");
    }

    [Fact]
    public void Check_ParentIsAFile_NamesIt()
    {
        var parent = Path.GetDirectoryName(Data)!;
        _inner.CreateNew(parent).Dispose();
        var directory = Path.Join(Data, "deeper");

        Should.Throw<KvStoreUnavailableException>(() => DirectoryProbe.Check(_files, directory)).Message.ShouldBe(
            $"The directory '{directory}' cannot be made, because '{parent}' is a file: name another path, or move the file away.");
    }

    [Fact]
    public void Check_UnwritableParent_SaysWhereAndForWhom()
    {
        var parent = Path.GetDirectoryName(Data)!;
        _inner.CreateDirectory(parent);
        _files.FailWhen(FileOperationKind.CreateDirectory, FileFault.AccessDenied);

        Should.Throw<KvStoreUnavailableException>(() => DirectoryProbe.Check(_files, Data)).Message.ShouldBe(
            $"The directory '{Data}' cannot be used for a store: tried to make '{Data}' in '{parent}' as uid 1000, gid 1000 (test), but: Access to the path '{Data}' is denied. "
            + "Let this user write there: chown the directory or the container's volume to this uid and gid (in Kubernetes: securityContext.fsGroup), or run as its owner.");
    }

    [Fact]
    public void Check_UnwritableDirectory_SaysWhatWasTriedForWhomAndWhatToDo()
    {
        var file = Path.Join(Data, "probe.tmp");
        _files.FailWhen(FileOperationKind.CreateNew, FileFault.AccessDenied);

        Should.Throw<KvStoreUnavailableException>(() => DirectoryProbe.Check(_files, Data)).Message.ShouldBe(
            $"The directory '{Data}' cannot be used for a store: tried to create '{file}' as uid 1000, gid 1000 (test), but: Access to the path '{file}' is denied. "
            + "Let this user write there: chown the directory or the container's volume to this uid and gid (in Kubernetes: securityContext.fsGroup), or run as its owner.");
    }

    [Fact]
    public void Check_ReadOnlyMount_SaysToMountItReadWrite()
    {
        _files.FailWhen(FileOperationKind.CreateNew, FileFault.ReadOnly);

        Should.Throw<KvStoreUnavailableException>(() => DirectoryProbe.Check(_files, Data)).Message.ShouldContain("mount it read-write");
    }

    [Fact]
    public void Check_DiskFull_SaysToFreeSpace()
    {
        _files.FailWhen(FileOperationKind.Write, FileFault.NoSpace.AfterWriting(100));

        var message = Should.Throw<KvStoreUnavailableException>(() => DirectoryProbe.Check(_files, Data)).Message;

        message.ShouldContain($"tried to write to '{Path.Join(Data, "probe.tmp")}'");
        message.ShouldContain("Free some space");
    }

    [Fact]
    public void Check_TooLittleFree_SaysHowMuch()
    {
        _inner.CapacityBytes = 5000;

        var message = Should.Throw<KvStoreUnavailableException>(() => DirectoryProbe.Check(_files, Data)).Message;

        message.ShouldContain("only 5000 bytes are free and at least 65536 are needed");
        message.ShouldContain("Free some space");
    }

    [Theory]
    [InlineData(FileOperationKind.Flush, "to the device")]
    [InlineData(FileOperationKind.Rename, "tried to rename")]
    [InlineData(FileOperationKind.Read, "tried to read")]
    internal void Check_DeviceError_NamesTheStepAndPointsToTheKernelLog(FileOperationKind kind, string step)
    {
        _files.FailWhen(kind, FileFault.InputOutput);

        var message = Should.Throw<KvStoreUnavailableException>(() => DirectoryProbe.Check(_files, Data)).Message;

        message.ShouldContain(step);
        message.ShouldContain("kernel log");
    }

    [Fact]
    public void Check_DirectoryFlushFails_IsRefused()
    {
        _inner.CreateDirectory(Data);
        _files.FailWhen(FileOperationKind.FlushDirectory, FileFault.InputOutput);

        Should.Throw<KvStoreUnavailableException>(() => DirectoryProbe.Check(_files, Data)).Message.ShouldContain("flush its names to the device");
    }

    [Fact]
    public void Check_RealParentThatRefuses_SaysWhatWasTriedWhere()
    {
        // Modes do not bind root; /proc refuses new files and directories to everybody.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is no /proc here.");

        var message = Should.Throw<KvStoreUnavailableException>(() => DirectoryProbe.Check(PhysicalFileSystem.Instance, "/proc/snapshotkv/data")).Message;

        message.ShouldStartWith("The directory '/proc/snapshotkv/data' cannot be used for a store: tried to make '/proc/snapshotkv' in '/proc' as uid ");
    }

    [Fact]
    public void Check_UnwritableRealDirectory_SaysToChown()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "Modes do not bind a privileged user.");

        var message = Should.Throw<KvStoreUnavailableException>(() => DirectoryProbe.Check(PhysicalFileSystem.Instance, "/")).Message;

        message.ShouldContain("chown");
        message.ShouldContain("Access to the path '/probe.tmp' is denied");
    }

    [Fact]
    public void Check_RealDirectory_LeavesNothing()
    {
        using var directory = new TemporaryDirectory();

        DirectoryProbe.Check(PhysicalFileSystem.Instance, Path.Join(directory.Path, "a", "b"));

        Directory.GetFileSystemEntries(Path.Join(directory.Path, "a", "b")).ShouldBeEmpty();
    }

    private void FailAtParents(FileFault fault) =>
        _files.FailWhen(operation => operation.Kind == FileOperationKind.FlushDirectory && operation.Path != Data, fault);
}
