using SnapshotKv.FileSystem;

namespace SnapshotKv.Tests.Following;

/// <summary>An open file that says when it is closed.</summary>
internal sealed class CountedFileHandle(IFileHandle inner, Action closed) : IFileHandle
{
    private int _isClosed;

    public long Length => inner.Length;

    public int Read(Span<byte> buffer, long offset) => inner.Read(buffer, offset);

    public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken) => inner.ReadAsync(buffer, offset, cancellationToken);

    public void Write(ReadOnlySpan<byte> bytes, long offset) => inner.Write(bytes, offset);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken) => inner.WriteAsync(bytes, offset, cancellationToken);

    public void Flush() => inner.Flush();

    public void FlushData() => inner.FlushData();

    public IMappedFile? TryMap() => inner.TryMap();

    public void Dispose()
    {
        inner.Dispose();
        if (Interlocked.Exchange(ref _isClosed, 1) == 0)
        {
            closed();
        }
    }
}
