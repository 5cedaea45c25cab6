namespace SnapshotKv.Format;

/// <summary>
/// The constant bytes of a MessagePack entry: each name with its head, and with the code of its value where that is constant too. Written, and
/// compared with, in one piece.
/// </summary>
internal static class EntryLayout
{
    /// <summary>The name of the value, whose <c>bin</c> follows.</summary>
    public static ReadOnlySpan<byte> Value => [0xa5, (byte)'v', (byte)'a', (byte)'l', (byte)'u', (byte)'e'];

    /// <summary>A map of Go's three fields, and <see cref="Value"/>.</summary>
    public static ReadOnlySpan<byte> MapAndValue => [0x83, 0xa5, (byte)'v', (byte)'a', (byte)'l', (byte)'u', (byte)'e'];

    /// <summary>The name of the expiry, and the code of the i64 that follows.</summary>
    public static ReadOnlySpan<byte> ExpiresAt => [0xaa, (byte)'e', (byte)'x', (byte)'p', (byte)'i', (byte)'r', (byte)'e', (byte)'s', (byte)'_', (byte)'a', (byte)'t', 0xd3];

    /// <summary>The name of the blob reference, whose <c>str</c> follows.</summary>
    public static ReadOnlySpan<byte> BlobReference => [0xa8, (byte)'b', (byte)'l', (byte)'o', (byte)'b', (byte)'_', (byte)'r', (byte)'e', (byte)'f'];

    /// <summary>The name of the sliding window, and the code of the i64 that follows.</summary>
    public static ReadOnlySpan<byte> SlidingWindow => [0xae, (byte)'s', (byte)'l', (byte)'i', (byte)'d', (byte)'i', (byte)'n', (byte)'g', (byte)'_', (byte)'w', (byte)'i', (byte)'n', (byte)'d', (byte)'o', (byte)'w', 0xd3];

    /// <summary>The name of the absolute cap, and the code of the i64 that follows.</summary>
    public static ReadOnlySpan<byte> AbsoluteCap => [0xac, (byte)'a', (byte)'b', (byte)'s', (byte)'o', (byte)'l', (byte)'u', (byte)'t', (byte)'e', (byte)'_', (byte)'c', (byte)'a', (byte)'p', 0xd3];

    /// <summary>The name of the tags, whose array follows.</summary>
    public static ReadOnlySpan<byte> Tags => [0xa4, (byte)'t', (byte)'a', (byte)'g', (byte)'s'];
}
