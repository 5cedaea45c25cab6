namespace SnapshotKv.Testing;

/// <summary>How an operation fails.</summary>
/// <param name="ToException">Makes the exception, from the path.</param>
/// <param name="BytesWritten">Of a <see cref="FileOperationKind.Write"/>: how many of the bytes are written before it fails.</param>
/// <param name="IsAfterTheFact">Whether the operation is carried out and reported as failed all the same.</param>
/// <param name="IsLosingUnflushed">Of a <see cref="FileOperationKind.Flush"/> or <see cref="FileOperationKind.FlushData"/>: whether what it should have made durable never becomes so.</param>
internal sealed record FileFault(
    Func<string, Exception> ToException, int BytesWritten = 0, bool IsAfterTheFact = false, bool IsLosingUnflushed = false)
{
    /// <summary>The device is full (ENOSPC).</summary>
    public static FileFault NoSpace { get; } = new(StorageFailures.NoSpace);

    /// <summary>The user may not (EACCES).</summary>
    public static FileFault AccessDenied { get; } = new(StorageFailures.AccessDenied);

    /// <summary>The device has an error (EIO).</summary>
    public static FileFault InputOutput { get; } = new(StorageFailures.InputOutput);

    /// <summary>The file system is read-only (EROFS).</summary>
    public static FileFault ReadOnly { get; } = new(StorageFailures.ReadOnly);

    /// <summary>The same fault, met only when some bytes of a write are already in the file.</summary>
    /// <param name="bytes">How many; all of them when the write has fewer.</param>
    public FileFault AfterWriting(int bytes) => this with { BytesWritten = bytes };

    /// <summary>The same fault, reported of an operation that was carried out: the caller cannot know its outcome.</summary>
    public FileFault AfterTheFact() => this with { IsAfterTheFact = true };

    /// <summary>
    /// The same fault, after which the next flush of the file reports success without having written what this one should have: what Linux does,
    /// and why trying a flush again proves nothing.
    /// </summary>
    public FileFault LosingUnflushed() => this with { IsLosingUnflushed = true };
}
