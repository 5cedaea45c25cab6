using SnapshotKv.FileSystem;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>The file that a snapshot is being written to: keeps the offset, the checksum of what was encoded, and the members' count.</summary>
internal sealed class SnapshotOutput(IFileHandle file)
{
    private Crc32C _checksum = new();
    private uint _members;

    /// <summary>The bytes in the file.</summary>
    public long Length { get; private set; }

    /// <summary>CRC-32C of everything encoded so far.</summary>
    public uint Checksum => _checksum.Value;

    public void Write(EncodeJob job, bool isCompressed)
    {
        _checksum.Append(job.Plain);
        if (!isCompressed)
        {
            Write(job.Plain);
            return;
        }

        for (var members = job.Compressed; !members.IsEmpty;)
        {
            members = members[GzipMembers.SetIndex(members, _members++)..];
        }

        Write(job.Compressed);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        file.Write(bytes, Length);
        Length += bytes.Length;
    }
}
