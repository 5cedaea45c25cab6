using System.Buffers.Binary;
using SnapshotKv.FileSystem;

namespace SnapshotKv.Testing;

/// <summary>A file in memory as memory: what is stored is as good as written.</summary>
internal sealed class InMemoryMappedFile(Lock gate, InMemoryFile file) : IMappedFile
{
    private readonly long _length = file.Written.Length;
    private bool _isDisposed;

    public void Store(ReadOnlySpan<byte> bytes, long offset)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if ((ulong)offset > (ulong)_length || bytes.Length > _length - offset)
            {
                throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{bytes.Length} bytes from there do not lie within the {_length} that are mapped.");
            }

            file.Write(bytes, offset);
        }
    }

    public void Publish(ulong word, long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(offset % sizeof(ulong), 0, nameof(offset));
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, word);
        Store(bytes, offset);
    }

    public void Dispose()
    {
        lock (gate)
        {
            _isDisposed = true;
        }
    }
}
