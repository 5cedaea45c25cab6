using SnapshotKv.FileSystem;

namespace SnapshotKv.Testing;

/// <summary>
/// Wraps a file system, numbers its operations, and lets a test fail any of them, do something just before or after one, and see what was done.
/// </summary>
/// <remarks>
/// <para>
/// To fail each operation of some work in turn: run it once and take <see cref="OperationCount"/>; then, for every n up to it, run it on a fresh
/// file system with <see cref="FailAt"/> (one failure) or <see cref="FailFrom"/> (the disk is gone from there on), and look at the
/// <see cref="InMemoryFileSystem.CrashImage"/>.
/// </para>
/// <para>
/// Stores into mapped files count like writes, and can be looked at before, after and <see cref="During"/>; no disk can refuse them, so no rule fails one: on a disk
/// that is gone they succeed, and the flush does not.
/// </para>
/// <para>
/// Thread-safe. Callbacks run on the thread of the operation, outside every lock, and may use the file system: what they do is numbered too.
/// Disposal of a handle, and the two questions whether something exists, cannot fail by the interface and are not counted.
/// </para>
/// </remarks>
/// <param name="inner">The file system that does the work.</param>
internal sealed class FaultInjectingFileSystem(IFileSystem inner) : IFileSystem
{
    private readonly Lock _gate = new();
    private readonly List<FileOperation> _trace = [];
    private readonly List<FaultRule> _rules = [];
    private readonly List<(Func<FileOperation, bool> Matches, Action<FileOperation> Callback)> _before = [];
    private readonly List<(Func<FileOperation, bool> Matches, Action<FileOperation> Callback)> _after = [];
    private readonly List<(Func<FileOperation, bool> Matches, Func<FileOperation, Range> Done, Action<FileOperation> Callback)> _during = [];
    private readonly List<FileHold> _holds = [];

    /// <summary>How many operations have begun.</summary>
    public int OperationCount
    {
        get
        {
            lock (_gate)
            {
                return _trace.Count;
            }
        }
    }

    /// <summary>All operations that have begun, failed ones too, in order. A copy.</summary>
    public IReadOnlyList<FileOperation> Trace
    {
        get
        {
            lock (_gate)
            {
                return [.. _trace];
            }
        }
    }

    /// <summary>Fails one operation.</summary>
    /// <param name="number">Which, counted from 1.</param>
    /// <param name="fault">How.</param>
    public void FailAt(int number, FileFault fault) => FailWhen(operation => operation.Number == number, fault);

    /// <summary>Fails an operation and all after it, as when a disk is pulled out.</summary>
    /// <param name="number">The first to fail, counted from 1.</param>
    /// <param name="fault">How.</param>
    public void FailFrom(int number, FileFault fault) => FailWhen(operation => operation.Number >= number, fault);

    /// <summary>Fails the operations of one kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="fault">How.</param>
    /// <param name="times">How often; default: always.</param>
    public void FailWhen(FileOperationKind kind, FileFault fault, int times = int.MaxValue) => FailWhen(operation => operation.Kind == kind, fault, times);

    /// <summary>Fails the operations that a test chooses. Of several rules for one operation, the first counts.</summary>
    /// <param name="matches">Whether an operation fails; not asked of those that cannot.</param>
    /// <param name="fault">How.</param>
    /// <param name="times">How often; default: always.</param>
    public void FailWhen(Func<FileOperation, bool> matches, FileFault fault, int times = int.MaxValue)
    {
        lock (_gate)
        {
            _rules.Add(new FaultRule(matches, fault, times));
        }
    }

    /// <summary>From now on nothing fails.</summary>
    public void Heal()
    {
        lock (_gate)
        {
            _rules.Clear();
        }
    }

    /// <summary>Does something just before one operation.</summary>
    /// <param name="number">Which, counted from 1.</param>
    /// <param name="callback">What to do.</param>
    public void Before(int number, Action callback) => Before(operation => operation.Number == number, _ => callback());

    /// <summary>Does something just before the operations that a test chooses. What it throws, the operation throws.</summary>
    public void Before(Func<FileOperation, bool> matches, Action<FileOperation> callback)
    {
        lock (_gate)
        {
            _before.Add((matches, callback));
        }
    }

    /// <summary>Does something just after one operation, if that succeeded.</summary>
    /// <param name="number">Which, counted from 1.</param>
    /// <param name="callback">What to do.</param>
    public void After(int number, Action callback) => After(operation => operation.Number == number, _ => callback());

    /// <summary>Does something just after the operations that a test chooses, if they succeeded.</summary>
    public void After(Func<FileOperation, bool> matches, Action<FileOperation> callback)
    {
        lock (_gate)
        {
            _after.Add((matches, callback));
        }
    }

    /// <summary>
    /// Does something in the middle of the writes and stores that a test chooses, when some of the bytes are there and others not: in any order, as a copy in memory is
    /// free to have it. Of several for one operation, the first counts; and none where the write fails.
    /// </summary>
    /// <param name="matches">Whether an operation is cut; asked of <see cref="FileOperationKind.Write"/> and <see cref="FileOperationKind.Store"/> only.</param>
    /// <param name="done">Which of its bytes are there by then.</param>
    /// <param name="callback">What to do.</param>
    public void During(Func<FileOperation, bool> matches, Func<FileOperation, Range> done, Action<FileOperation> callback)
    {
        lock (_gate)
        {
            _during.Add((matches, done, callback));
        }
    }

    /// <summary>Lets the operations that a test chooses wait, as on a disk that hangs. They are counted and traced already, and have done nothing yet.</summary>
    /// <param name="matches">Whether an operation waits.</param>
    /// <returns>What lets them go on. One that has waited fails by the rules that hold then.</returns>
    public FileHold Hold(Func<FileOperation, bool> matches)
    {
        var hold = new FileHold(matches);
        lock (_gate)
        {
            _holds.Add(hold);
        }

        return hold;
    }

    public string GetRealPath(string path) => Run(new(0, FileOperationKind.GetRealPath, path), () => inner.GetRealPath(path));

    public bool DirectoryExists(string path) => inner.DirectoryExists(path);

    public bool FileExists(string path) => inner.FileExists(path);

    public void CreateDirectory(string path) => Run(new(0, FileOperationKind.CreateDirectory, path), () => inner.CreateDirectory(path));

    public IReadOnlyList<FileSystemEntry> List(string directory) => Run(new(0, FileOperationKind.List, directory), () => inner.List(directory));

    public IFileHandle OpenRead(string path) =>
        Run(new(0, FileOperationKind.OpenRead, path), () => new FaultInjectingFileHandle(this, inner.OpenRead(path), path));

    public IFileHandle CreateNew(string path) =>
        Run(new(0, FileOperationKind.CreateNew, path), () => new FaultInjectingFileHandle(this, inner.CreateNew(path), path));

    public void Rename(string source, string destination) =>
        Run(new(0, FileOperationKind.Rename, source, destination), () => inner.Rename(source, destination));

    public void Delete(string path) => Run(new(0, FileOperationKind.Delete, path), () => inner.Delete(path));

    public void FlushDirectory(string path) => Run(new(0, FileOperationKind.FlushDirectory, path), () => inner.FlushDirectory(path));

    public IDisposable? TryLock(string path) => Run(new(0, FileOperationKind.Lock, path), () => inner.TryLock(path));

    public long GetAvailableBytes(string directory) =>
        Run(new(0, FileOperationKind.GetAvailableBytes, directory), () => inner.GetAvailableBytes(directory));

    public string DescribeUser() => inner.DescribeUser();

    /// <summary>Numbers an operation, runs what comes before it, and waits where it is held.</summary>
    /// <param name="unnumbered">The operation, without its number.</param>
    /// <param name="fault">How it is to fail; null when it is not.</param>
    /// <returns>The operation with its number.</returns>
    internal FileOperation Begin(FileOperation unnumbered, out FileFault? fault)
    {
        var operation = Number(unnumbered);
        foreach (var hold in Holds())
        {
            hold.Pass(operation);
        }

        fault = FaultOf(operation);
        return operation;
    }

    /// <summary>Begins an operation as <see cref="Begin"/> does, without keeping the caller's thread where it is held.</summary>
    internal async ValueTask<(FileOperation Operation, FileFault? Fault)> BeginAsync(FileOperation unnumbered)
    {
        var operation = Number(unnumbered);
        foreach (var hold in Holds())
        {
            await hold.PassAsync(operation).ConfigureAwait(false);
        }

        return (operation, FaultOf(operation));
    }

    /// <summary>What to do in the middle of a write or store, and when that is; null when nothing.</summary>
    internal (Range Done, Action Callback)? MiddleOf(FileOperation operation)
    {
        lock (_gate)
        {
            foreach (var (matches, done, callback) in _during)
            {
                if (matches(operation))
                {
                    return (done(operation), () => callback(operation));
                }
            }

            return null;
        }
    }

    /// <summary>Ends an operation that was carried out.</summary>
    internal void End(FileOperation operation, FileFault? fault)
    {
        if (fault is not null)
        {
            throw fault.ToException(operation.Path);
        }

        (Func<FileOperation, bool> Matches, Action<FileOperation> Callback)[] after;
        lock (_gate)
        {
            after = [.. _after];
        }

        RunCallbacks(after, operation);
    }

    private FileOperation Number(FileOperation unnumbered)
    {
        FileOperation operation;
        (Func<FileOperation, bool> Matches, Action<FileOperation> Callback)[] before;
        lock (_gate)
        {
            operation = unnumbered with { Number = _trace.Count + 1 };
            _trace.Add(operation);
            before = [.. _before];
        }

        RunCallbacks(before, operation);
        return operation;
    }

    private FileHold[] Holds()
    {
        lock (_gate)
        {
            return [.. _holds];
        }
    }

    private FileFault? FaultOf(FileOperation operation)
    {
        if (!operation.CanFail)
        {
            return null;
        }

        lock (_gate)
        {
            FileFault? fault = null;
            foreach (var rule in _rules)
            {
                fault ??= rule.For(operation);
            }

            return fault;
        }
    }

    private static void RunCallbacks((Func<FileOperation, bool> Matches, Action<FileOperation> Callback)[] callbacks, FileOperation operation)
    {
        foreach (var (matches, callback) in callbacks)
        {
            if (matches(operation))
            {
                callback(operation);
            }
        }
    }

    private void Run(FileOperation unnumbered, Action action) => Run(
        unnumbered,
        () =>
        {
            action();
            return true;
        });

    private T Run<T>(FileOperation unnumbered, Func<T> action)
    {
        var operation = Begin(unnumbered, out var fault);
        if (fault is { IsAfterTheFact: false })
        {
            throw fault.ToException(operation.Path);
        }

        var result = action();
        try
        {
            End(operation, fault);
            return result;
        }
        catch
        {
            // Nobody gets the handle or the lock, so nobody would close it.
            (result as IDisposable)?.Dispose();
            throw;
        }
    }
}
