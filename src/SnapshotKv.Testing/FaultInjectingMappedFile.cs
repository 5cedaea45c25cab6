using SnapshotKv.FileSystem;

namespace SnapshotKv.Testing;

/// <summary>A mapped file whose stores count as its file system's operations.</summary>
internal sealed class FaultInjectingMappedFile(FaultInjectingFileSystem files, IMappedFile inner, string path) : IMappedFile
{
    public void Store(ReadOnlySpan<byte> bytes, long offset)
    {
        var operation = files.Begin(new FileOperation(0, FileOperationKind.Store, path, Offset: offset, Count: bytes.Length), out _);
        WriteInParts.Write(inner.Store, bytes, offset, files.MiddleOf(operation));
        files.End(operation, fault: null);
    }

    public void Publish(ulong word, long offset)
    {
        var operation = files.Begin(new FileOperation(0, FileOperationKind.Publish, path, Offset: offset, Count: sizeof(ulong)), out _);
        inner.Publish(word, offset);
        files.End(operation, fault: null);
    }

    public void Dispose() => inner.Dispose();
}
