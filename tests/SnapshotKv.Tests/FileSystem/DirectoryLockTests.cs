using System.Text;
using SnapshotKv.FileSystem;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.FileSystem;

public sealed class DirectoryLockTests
{
    private static readonly string Data = Path.Join(Path.GetPathRoot(Path.GetTempPath()), "srv", "data");
    private static readonly string Lock = Path.Join(Data, "lock");
    private static readonly string Owner = Path.Join(Data, "lock.owner");

    private readonly InMemoryFileSystem _files = new();
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Acquire_MissingDirectory_MakesItDurablyAndLocksIt()
    {
        using (DirectoryLock.Acquire(_files, Data, _time))
        {
            _files.TryLock(Lock).ShouldBeNull();
            _files.CrashImage(CrashKind.PowerCutLosingAll).DirectoryExists(Data).ShouldBeTrue();
        }
    }

    [Fact]
    public void Acquire_Free_NotesTheHolderAndLeavesTheLockFileEmpty()
    {
        using var held = DirectoryLock.Acquire(_files, Data, _time);

        Text(Lock).ShouldBe("");
        Text(Owner).ShouldBe(
            $"process: {Environment.ProcessId}\nprogram: {AppDomain.CurrentDomain.FriendlyName}\nmachine: {Environment.MachineName}\nsince: 2026-01-01T00:00:00.0000000+00:00\n");
        _files.List(Data).Count.ShouldBe(2);
    }

    [Fact]
    public void Acquire_HeldByThisProcess_SaysSoAndWhatToDo()
    {
        using var held = DirectoryLock.Acquire(_files, Data, _time);

        Should.Throw<KvStoreLockedException>(() => DirectoryLock.Acquire(_files, Data, _time)).Message.ShouldBe(
            $"The directory '{Data}' is in use by process {Environment.ProcessId} ('{AppDomain.CurrentDomain.FriendlyName}') on '{Environment.MachineName}', since 2026-01-01 00:00:00Z. "
            + "A directory can be open in one store at a time. That is this process: share the one open store, or dispose it first.");
    }

    [Fact]
    public void Acquire_HeldByAnotherProcess_NamesItAndSaysWhatToDo()
    {
        using var held = HoldWithNote("process: 7\nprogram: WebApp\nmachine: 3f2a\nsince: 2025-12-31T23:00:00.0000000+00:00\nfuture: field\n"u8);

        Should.Throw<KvStoreLockedException>(() => DirectoryLock.Acquire(_files, Data, _time)).Message.ShouldBe(
            $"The directory '{Data}' is in use by process 7 ('WebApp') on '3f2a', since 2025-12-31 23:00:00Z. A directory can be open in one store at a time. "
            + "Stop that process or wait for it to end (a rolling deployment must stop the old instance before it starts the new one), or give this store a directory of its own.");
    }

    [Fact]
    public void Acquire_HeldWithoutNote_StillSaysLocked()
    {
        _files.CreateDirectory(Data);
        using var held = _files.TryLock(Lock);

        Should.Throw<KvStoreLockedException>(() => DirectoryLock.Acquire(_files, Data, _time)).Message.ShouldContain("cannot be named");
    }

    [Theory]
    [InlineData("")]
    [InlineData("process: 7")]
    [InlineData("process: -7\nprogram: a\nmachine: b\nsince: 2025-12-31T23:00:00.0000000+00:00")]
    [InlineData("process: 7\nprogram: a\nmachine: b\nsince: yesterday")]
    [InlineData("::::\n\n\n:")]
    [InlineData("\0\0\0\0\uFFFF")]
    public void Acquire_HeldWithGarbledNote_StillSaysLocked(string note)
    {
        using var held = HoldWithNote(Encoding.UTF8.GetBytes(note));

        Should.Throw<KvStoreLockedException>(() => DirectoryLock.Acquire(_files, Data, _time)).Message.ShouldContain($"'{Owner}' does not say who it is");
    }

    [Fact]
    public void Acquire_HeldWithHugeNote_ReadsOnlyItsBeginning()
    {
        var note = new byte[10_000_000];
        Array.Fill(note, (byte)'x');
        using var held = HoldWithNote(note);
        var files = new FaultInjectingFileSystem(_files);

        var message = Should.Throw<KvStoreLockedException>(() => DirectoryLock.Acquire(files, Data, _time)).Message;

        message.Length.ShouldBeLessThan(1000);
        files.Trace.Where(operation => operation.Kind == FileOperationKind.Read).ShouldHaveSingleItem().Count.ShouldBe(LockOwner.MaxBytes);
    }

    [Fact]
    public void Acquire_NoteWithControlCharactersAndLongNames_KeepsTheMessageOnOneLine()
    {
        using var held = HoldWithNote(Encoding.UTF8.GetBytes($"process: 7\nprogram: a\u001b[31m\rb\u2028c\nmachine: {new string('m', 3000)}\nsince: 2025-12-31T23:00:00.0000000+00:00"));

        var message = Should.Throw<KvStoreLockedException>(() => DirectoryLock.Acquire(_files, Data, _time)).Message;

        message.ShouldContain("process 7 ('a[31mbc')");
        message.ShouldNotContain(new string('m', 256));
        message.Any(char.IsControl).ShouldBeFalse();
    }

    [Fact]
    public void Acquire_FileSystemThatDoesNotLock_IsRefusedWithAHint()
    {
        var files = new FileSystemWithoutLocks(_files);

        var message = Should.Throw<KvStoreUnavailableException>(() => DirectoryLock.Acquire(files, Data, _time)).Message;

        message.ShouldContain("does not lock");
        message.ShouldContain("NFS");
        message.ShouldContain("9p");
        message.ShouldContain(Data);
        files.Held.ShouldBe(0);
    }

    [Fact]
    public void Acquire_EachOperationFailingInTurn_SaysWhatWasTriedAndLetsGo()
    {
        var count = Count();
        count.ShouldBeGreaterThan(5);
        for (var n = 1; n <= count; n++)
        {
            var inner = new InMemoryFileSystem();
            var files = new FaultInjectingFileSystem(inner);
            files.FailAt(n, FileFault.AccessDenied);

            var thrown = Should.Throw<KvStoreUnavailableException>(() => DirectoryLock.Acquire(files, Data, _time), $"operation {n}");

            thrown.Message.ShouldContain("tried to");
            thrown.Message.ShouldContain("uid 1000, gid 1000 (test)");
            thrown.Message.ShouldContain("chown");
            thrown.InnerException.ShouldBeOfType<UnauthorizedAccessException>();
            files.Heal();
            Should.NotThrow(() => DirectoryLock.Acquire(files, Data, _time).Dispose(), $"operation {n}");
        }

        int Count()
        {
            var files = new FaultInjectingFileSystem(new InMemoryFileSystem());
            // Not disposed: what disposal does is no part of taking the lock.
            _ = DirectoryLock.Acquire(files, Data, _time);
            return files.OperationCount;
        }
    }

    [Fact]
    public void Acquire_AfterACrash_TakesTheLockAndReplacesTheNote()
    {
        using var held = DirectoryLock.Acquire(_files, Data, _time);
        var crashed = _files.CrashImage(CrashKind.ProcessKilled);
        crashed.CreateNew(Owner + ".tmp").Dispose();
        _time.Advance(TimeSpan.FromHours(1));

        using var again = DirectoryLock.Acquire(crashed, Data, _time);

        Text(Owner, crashed).ShouldContain("since: 2026-01-01T01:00:00");
        crashed.FileExists(Owner + ".tmp").ShouldBeFalse();
    }

    [Fact]
    public void Dispose_Held_RemovesTheNoteWhileHoldingAndKeepsTheLockFile()
    {
        var files = new FaultInjectingFileSystem(_files);
        var held = DirectoryLock.Acquire(files, Data, _time);
        var isLockedAtDeletion = false;
        files.Before(
            operation => operation.Kind == FileOperationKind.Delete && operation.Path == Owner,
            _ => isLockedAtDeletion = _files.TryLock(Lock) is null);

        held.Dispose();
        held.Dispose();

        isLockedAtDeletion.ShouldBeTrue();
        _files.FileExists(Owner).ShouldBeFalse();
        _files.FileExists(Lock).ShouldBeTrue();
        using var next = _files.TryLock(Lock);
        next.ShouldNotBeNull();
    }

    [Fact]
    public void Dispose_DiskGone_StillLetsGo()
    {
        var files = new FaultInjectingFileSystem(_files);
        var held = DirectoryLock.Acquire(files, Data, _time);
        files.FailFrom(files.OperationCount + 1, FileFault.InputOutput);

        held.Dispose();

        using var next = _files.TryLock(Lock);
        next.ShouldNotBeNull();
    }

    [Fact]
    public void Acquire_OnTheRealDisk_LocksOnce()
    {
        using var directory = new TemporaryDirectory();
        var data = Path.Join(directory.Path, "a", "b");

        using (DirectoryLock.Acquire(PhysicalFileSystem.Instance, data, _time))
        {
            Should.Throw<KvStoreLockedException>(() => DirectoryLock.Acquire(PhysicalFileSystem.Instance, data, _time)).Message.ShouldContain($"process {Environment.ProcessId} ");
        }

        Should.NotThrow(() => DirectoryLock.Acquire(PhysicalFileSystem.Instance, data, _time).Dispose());
        new FileInfo(Path.Join(data, "lock")).Length.ShouldBe(0);
    }

    private IDisposable HoldWithNote(ReadOnlySpan<byte> note)
    {
        _files.CreateDirectory(Data);
        using var file = _files.CreateNew(Owner);
        file.Write(note, 0);
        return _files.TryLock(Lock)!;
    }

    private string Text(string path, InMemoryFileSystem? files = null)
    {
        using var file = (files ?? _files).OpenRead(path);
        var buffer = new byte[file.Length];
        return Encoding.UTF8.GetString(buffer, 0, file.Read(buffer, 0));
    }
}
