namespace SnapshotKv.Format;

/// <summary>What our subfield in a gzip member's header tells.</summary>
/// <param name="Length">The bytes of the member, header and trailer included.</param>
/// <param name="ExpandedLength">The bytes in it once decompressed.</param>
/// <param name="Index">Its place in the file, from 0.</param>
internal readonly record struct GzipMemberHeader(uint Length, uint ExpandedLength, uint Index);
