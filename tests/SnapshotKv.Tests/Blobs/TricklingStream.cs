namespace SnapshotKv.Tests.Blobs;

/// <summary>Gives its bytes in small and uneven pieces, as a network does.</summary>
internal sealed class TricklingStream(byte[] content) : MemoryStream(content, writable: false)
{
    private int _reads;

    /// <summary>Called after each read with the number of reads so far.</summary>
    public Action<int> AfterRead { get; init; } = static _ => { };

    public override int Read(Span<byte> buffer) => Count(base.Read(buffer[..Piece(buffer.Length)]));

    public override int Read(byte[] buffer, int offset, int count) => Count(base.Read(buffer, offset, Piece(count)));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        return Count(base.Read(buffer.Span[..Piece(buffer.Length)]));
    }

    private int Piece(int count) => Math.Min(count, 1 + (_reads * 7919 % 65_536));

    private int Count(int read)
    {
        AfterRead(++_reads);
        return read;
    }
}
