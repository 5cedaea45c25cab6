using SnapshotKv.FileSystem;

namespace SnapshotKv.Testing;

/// <summary>An open file whose operations count as its file system's.</summary>
internal sealed class FaultInjectingFileHandle(FaultInjectingFileSystem files, IFileHandle inner, string path) : IFileHandle, IForgetfulFile
{
    public long Length
    {
        get
        {
            var operation = Begin(new FileOperation(0, FileOperationKind.GetLength, path), out var fault);
            var length = inner.Length;
            files.End(operation, fault);
            return length;
        }
    }

    public int Read(Span<byte> buffer, long offset)
    {
        var operation = Begin(new FileOperation(0, FileOperationKind.Read, path, Offset: offset, Count: buffer.Length), out var fault);
        var read = inner.Read(buffer, offset);
        files.End(operation, fault);
        return read;
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        var (operation, fault) = await files.BeginAsync(new FileOperation(0, FileOperationKind.Read, path, Offset: offset, Count: buffer.Length)).ConfigureAwait(false);
        ThrowUnlessCarriedOut(fault);
        var read = await inner.ReadAsync(buffer, offset, cancellationToken).ConfigureAwait(false);
        files.End(operation, fault);
        return read;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        var operation = files.Begin(new FileOperation(0, FileOperationKind.Write, path, Offset: offset, Count: bytes.Length), out var fault);
        WriteInParts.Write(inner.Write, bytes[..CountToWrite(bytes.Length, fault)], offset, MiddleOf(operation, fault));
        files.End(operation, fault);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        var (operation, fault) = await files.BeginAsync(new FileOperation(0, FileOperationKind.Write, path, Offset: offset, Count: bytes.Length)).ConfigureAwait(false);
        var toWrite = bytes[..CountToWrite(bytes.Length, fault)];
        if (MiddleOf(operation, fault) is { } middle)
        {
            WriteInParts.Write(inner.Write, toWrite.Span, offset, middle);
        }
        else
        {
            await inner.WriteAsync(toWrite, offset, cancellationToken).ConfigureAwait(false);
        }

        files.End(operation, fault);
    }

    public void Flush() => Flush(FileOperationKind.Flush, inner.Flush);

    public void FlushData() => Flush(FileOperationKind.FlushData, inner.FlushData);

    public IMappedFile? TryMap()
    {
        var operation = Begin(new FileOperation(0, FileOperationKind.Map, path), out var fault);
        var mapped = inner.TryMap();
        try
        {
            files.End(operation, fault);
        }
        catch
        {
            // Nobody gets the mapping, so nobody would end it.
            mapped?.Dispose();
            throw;
        }

        return mapped is null ? null : new FaultInjectingMappedFile(files, mapped, path);
    }

    public void Dispose() => inner.Dispose();

    public void ForgetUnflushed() => Forgetful().ForgetUnflushed();

    private static int CountToWrite(int count, FileFault? fault) =>
        fault is null or { IsAfterTheFact: true } ? count : Math.Min(fault.BytesWritten, count);

    private (Range Done, Action Callback)? MiddleOf(FileOperation operation, FileFault? fault) => fault is null ? files.MiddleOf(operation) : null;

    private void Flush(FileOperationKind kind, Action flush)
    {
        var operation = files.Begin(new FileOperation(0, kind, path), out var fault);
        if (fault is { IsLosingUnflushed: true })
        {
            Forgetful().ForgetUnflushed();
        }
        else if (fault is null or { IsAfterTheFact: true })
        {
            flush();
        }

        files.End(operation, fault);
    }

    private IForgetfulFile Forgetful() =>
        inner as IForgetfulFile ?? throw new InvalidOperationException($"Only files in memory can lose what a flush failed to write; '{path}' is another.");

    /// <summary>Begins an operation that does nothing when it fails.</summary>
    private FileOperation Begin(FileOperation unnumbered, out FileFault? fault)
    {
        var operation = files.Begin(unnumbered, out fault);
        ThrowUnlessCarriedOut(fault);
        return operation;
    }

    private void ThrowUnlessCarriedOut(FileFault? fault)
    {
        if (fault is { IsAfterTheFact: false })
        {
            throw fault.ToException(path);
        }
    }
}
