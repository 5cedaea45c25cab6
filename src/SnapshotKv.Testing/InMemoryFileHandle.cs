using SnapshotKv.FileSystem;

namespace SnapshotKv.Testing;

/// <summary>An open file in memory. It keeps the file when the name goes to another, as an open descriptor does.</summary>
internal sealed class InMemoryFileHandle(InMemoryFileSystem files, InMemoryFile file, string path, bool isWritable) : IFileHandle, IForgetfulFile
{
    private bool _isDisposed;

    public long Length
    {
        get
        {
            lock (files.Gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                return file.Written.Length;
            }
        }
    }

    public int Read(Span<byte> buffer, long offset)
    {
        lock (files.Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return file.Written.Read(buffer, offset);
        }
    }

    public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Read(buffer.Span, offset));
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        lock (files.Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!isWritable)
            {
                throw StorageFailures.AccessDenied(path);
            }

            var growth = offset + bytes.Length - file.Written.Length;
            var free = growth > 0 ? files.CapacityBytes - files.UsedBytes : 0;
            if (bytes.Length > 0 && growth > free)
            {
                // Like the kernel: what fits is written before the refusal.
                file.Write(bytes[..(int)Math.Max(0, bytes.Length - (growth - Math.Max(0, free)))], offset);
                throw StorageFailures.NoSpace(path);
            }

            file.Write(bytes, offset);
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(bytes.Span, offset);
        return ValueTask.CompletedTask;
    }

    public void Flush()
    {
        lock (files.Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            file.Flush();
        }
    }

    public void FlushData() => Flush();

    public IMappedFile? TryMap()
    {
        lock (files.Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!files.MappingAllowed)
            {
                return null;
            }

            if (!isWritable)
            {
                throw StorageFailures.AccessDenied(path);
            }

            return file.Written.Length > 0 ? new InMemoryMappedFile(files.Gate, file) : throw StorageFailures.InvalidArgument(path);
        }
    }

    public void ForgetUnflushed()
    {
        lock (files.Gate)
        {
            file.ForgetUnflushed();
        }
    }

    public void Dispose()
    {
        lock (files.Gate)
        {
            _isDisposed = true;
        }
    }
}
