using System.IO.Compression;
using SnapshotKv.FileSystem;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>Reads and expands one of our gzip members.</summary>
internal sealed class ExpandMemberJob(IFileHandle file) : AheadJob
{
    private byte[] _expanded = [];
    private byte[] _member = [];
    private GzipMemberHeader _header;
    private long _offset;

    /// <summary>The bytes that were in the member, once the job is complete.</summary>
    public ReadOnlySpan<byte> Expanded => _expanded.AsSpan(0, (int)_header.ExpandedLength);

    public void SetMember(in GzipMemberHeader header, long offset)
    {
        _header = header;
        _offset = offset;
    }

    protected override void Run()
    {
        var length = (int)_header.Length;
        var sentinel = GzipSentinel.Member;
        if (_member.Length < length + sentinel.Length)
        {
            _member = new byte[length + sentinel.Length];
        }

        if (file.Read(_member.AsSpan(0, length), _offset) != length)
        {
            throw new SnapshotDamageException("the file ends inside a gzip member");
        }

        sentinel.CopyTo(_member.AsSpan(length));
        var expected = (int)_header.ExpandedLength + GzipSentinel.Text.Length;
        if (_expanded.Length <= expected)
        {
            _expanded = new byte[expected + 1];
        }

        if (Expand(length + sentinel.Length) != expected || !_expanded.AsSpan(Expanded.Length, GzipSentinel.Text.Length).SequenceEqual(GzipSentinel.Text))
        {
            throw new SnapshotDamageException($"the gzip member at byte {_offset} of the file is not what its header says");
        }
    }

    /// <summary>Expands member and sentinel; one byte too many is as good as any.</summary>
    private int Expand(int length)
    {
        using var input = new MemoryStream(_member, 0, length, writable: false);
        using var gzip = new GZipStream(input, CompressionMode.Decompress);
        return gzip.ReadAtLeast(_expanded, _expanded.Length, throwOnEndOfStream: false);
    }
}
