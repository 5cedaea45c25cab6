using System.IO.Compression;
using SnapshotKv.FileSystem;

namespace SnapshotKv.Benchmarks.Peers;

/// <summary>
/// The least that saving bytes can cost. It writes through the engine's own file handle, an internal type: the framework's flush hides errors of the
/// device, and both sides should flush the same way.
/// </summary>
internal static class RawFile
{
    private const int BlockSize = 1 << 20;

    /// <summary>Writes a new file and returns when it is on the device, its name too.</summary>
    public static void Write(string path, IEnumerable<ReadOnlyMemory<byte>> blocks)
    {
        var files = PhysicalFileSystem.Instance;
        using (var file = files.CreateNew(path))
        {
            var offset = 0L;
            foreach (var block in blocks)
            {
                file.Write(block.Span, offset);
                offset += block.Length;
            }

            file.Flush();
        }

        files.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Cuts bytes into blocks of 1 MiB.</summary>
    public static IReadOnlyList<ReadOnlyMemory<byte>> Blocks(byte[] bytes) =>
        [.. Enumerable.Range(0, (bytes.Length + BlockSize - 1) / BlockSize).Select(i => (ReadOnlyMemory<byte>)bytes.AsMemory(i * BlockSize, Math.Min(BlockSize, bytes.Length - (i * BlockSize))))];

    /// <summary>Compresses each block to a gzip member, on all cores.</summary>
    public static ReadOnlyMemory<byte>[] Gzip(IReadOnlyList<ReadOnlyMemory<byte>> blocks)
    {
        var members = new ReadOnlyMemory<byte>[blocks.Count];
        Parallel.For(0, blocks.Count, i =>
        {
            var member = new MemoryStream(BlockSize / 2);
            using (var gzip = new GZipStream(member, CompressionLevel.Fastest, leaveOpen: true))
            {
                gzip.Write(blocks[i].Span);
            }

            members[i] = member.GetBuffer().AsMemory(0, (int)member.Length);
        });
        return members;
    }
}
