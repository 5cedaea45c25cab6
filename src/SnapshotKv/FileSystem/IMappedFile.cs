namespace SnapshotKv.FileSystem;

/// <summary>
/// A file's bytes as memory. What is stored is in the kernel's hands at once, so that the end of the process does not take it; on the device it is only after
/// <see cref="IFileHandle.FlushData"/>, and until then the kernel may write parts of it in any order.
/// </summary>
/// <remarks>Not thread-safe, but others may read the file meanwhile. The file must never become shorter while it is mapped: touching what is gone ends the process.</remarks>
internal interface IMappedFile : IDisposable
{
    /// <summary>Stores bytes. Whoever reads the file meanwhile may see any part of them.</summary>
    /// <param name="bytes">What; within the file as it was when it was mapped.</param>
    /// <param name="offset">Where to.</param>
    /// <exception cref="ArgumentOutOfRangeException">Some of them would lie outside.</exception>
    /// <exception cref="ObjectDisposedException">The mapping is gone.</exception>
    void Store(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Stores eight bytes at once, and not before all that was stored before: whoever sees them sees that, too.</summary>
    /// <param name="word">The bytes, little-endian.</param>
    /// <param name="offset">Where to; a multiple of eight.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is none, or lies outside.</exception>
    /// <exception cref="ObjectDisposedException">The mapping is gone.</exception>
    void Publish(ulong word, long offset);
}
