using SnapshotKv.FileSystem;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>The file that a snapshot is being written to: keeps the offset, the checksum of what was encoded, and the members' count.</summary>
/// <remarks>Not thread-safe: one range is written after the other.</remarks>
internal sealed class SnapshotOutput(IFileHandle file)
{
    private Crc32C _checksum = new();
    private uint _members;

    /// <summary>The bytes in the file.</summary>
    public long Length { get; private set; }

    /// <summary>CRC-32C of everything encoded so far.</summary>
    public uint Checksum => _checksum.Value;

    /// <summary>Writes what is not compressed.</summary>
    public void Write(ReadOnlySpan<byte> plain)
    {
        _checksum.Append(plain);
        Append(plain);
    }

    /// <summary>Writes what is compressed.</summary>
    /// <param name="plain">What was encoded.</param>
    /// <param name="compressed">The gzip members with that in them; they are given their indexes.</param>
    public void WriteCompressed(ReadOnlySpan<byte> plain, Span<byte> compressed)
    {
        _checksum.Append(plain);
        for (var members = compressed; !members.IsEmpty;)
        {
            members = members[GzipMembers.SetIndex(members, _members++)..];
        }

        Append(compressed);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        file.Write(bytes, Length);
        Length += bytes.Length;
    }
}
