namespace SnapshotKv.FileSystem;

/// <summary>An open file with positioned reads and writes. Not thread-safe, save that reads may overlap each other.</summary>
internal interface IFileHandle : IDisposable
{
    /// <summary>The file's size in bytes.</summary>
    long Length { get; }

    /// <summary>Reads up to the buffer's length at an offset.</summary>
    /// <returns>The bytes read; fewer than asked for, down to 0, only at the end of the file.</returns>
    int Read(Span<byte> buffer, long offset);

    /// <summary>Reads as <see cref="Read"/> does, without keeping the caller's thread where the disk is slow.</summary>
    /// <param name="buffer">Where to; the caller's again once the task is complete.</param>
    /// <param name="offset">Where from.</param>
    /// <param name="cancellationToken">Looked at before the disk is asked.</param>
    ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken);

    /// <summary>Writes all bytes at an offset, or throws.</summary>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Writes as <see cref="Write"/> does, without keeping the caller's thread where the disk is slow.</summary>
    /// <param name="bytes">What; the caller's again once the task is complete.</param>
    /// <param name="offset">Where to.</param>
    /// <param name="cancellationToken">Looked at before the disk is asked.</param>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken);

    /// <summary>Returns only when the file's bytes and size are on the device.</summary>
    /// <exception cref="IOException">The kernel reported any error other than an interruption. What is on the device is unknown then.</exception>
    void Flush();

    /// <summary>As <see cref="Flush"/>, but leaves out what reading the bytes back does not need: times. For a file whose size stays as it was when it was last flushed.</summary>
    /// <exception cref="IOException">The kernel reported any error other than an interruption. What is on the device is unknown then.</exception>
    void FlushData();

    /// <summary>
    /// Maps the file's bytes into memory for storing, where that is as safe as writing: the bytes must have been written and flushed before, on a file system that
    /// overwrites them in place, so that a store cannot fail for want of room.
    /// </summary>
    /// <returns>The mapping, which does not end with the handle; null where this platform or file system is not known to be safe.</returns>
    /// <exception cref="IOException">The kernel refused the mapping, or the file is empty.</exception>
    /// <exception cref="UnauthorizedAccessException">The file is open for reading only.</exception>
    IMappedFile? TryMap();
}
