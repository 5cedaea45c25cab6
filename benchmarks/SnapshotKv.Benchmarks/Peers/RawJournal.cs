using SnapshotKv.FileSystem;

namespace SnapshotKv.Benchmarks.Peers;

/// <summary>
/// The least that one durable write can cost whoever has not thought of anything: append to a growing file, fdatasync. Through the engine's own file
/// handle, for the reason that <see cref="RawFile"/> gives.
/// </summary>
internal sealed class RawJournal(string path) : IDisposable
{
    private readonly IFileHandle _file = PhysicalFileSystem.Instance.CreateNew(path);
    private long _length;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _file.Write(bytes, _length);
        _length += bytes.Length;
        _file.FlushData();
    }

    public void Dispose() => _file.Dispose();
}
