using System.Runtime.InteropServices;

namespace SnapshotKv.Testing;

/// <summary>The writes to a file since its last flush, in order.</summary>
/// <remarks>Their bytes lie together in arrays of a page, so that a store that is never flushed does not cost an object for each of its commits.</remarks>
internal sealed class UnflushedWrites
{
    private const int ChunkSize = 4096;

    private readonly List<UnflushedWrite> _writes;

    /// <summary>What is left of the array that the next small write goes to. Never one that a copy adds to, as well.</summary>
    private Memory<byte> _free;

    /// <summary>Initializes a new instance without writes.</summary>
    public UnflushedWrites()
        : this([])
    {
    }

    private UnflushedWrites(List<UnflushedWrite> writes) => _writes = writes;

    /// <summary>The writes; good until the next is added.</summary>
    public ReadOnlySpan<UnflushedWrite> Span => CollectionsMarshal.AsSpan(_writes);

    /// <summary>Notes a write of at least one byte.</summary>
    public void Add(ReadOnlySpan<byte> bytes, long offset)
    {
        var isZero = bytes.Length >= ChunkSize && !bytes.ContainsAnyExcept((byte)0);
        _writes.Add(new UnflushedWrite(offset, bytes.Length, isZero ? default : Keep(bytes)));
    }

    /// <summary>Forgets all of them.</summary>
    public void Clear() => _writes.Clear();

    /// <summary>The same writes once more.</summary>
    public UnflushedWrites Copy() => new([.. _writes]);

    private Memory<byte> Keep(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= ChunkSize)
        {
            return bytes.ToArray();
        }

        if (bytes.Length > _free.Length)
        {
            _free = new byte[ChunkSize];
        }

        var kept = _free[..bytes.Length];
        bytes.CopyTo(kept.Span);
        _free = _free[bytes.Length..];
        return kept;
    }
}
