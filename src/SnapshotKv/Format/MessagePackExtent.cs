namespace SnapshotKv.Format;

/// <summary>What measuring a MessagePack value found.</summary>
internal enum MessagePackExtent
{
    /// <summary>The bytes end before the value does.</summary>
    Incomplete,

    /// <summary>The value is all there.</summary>
    Complete,

    /// <summary>The value holds the byte c1, which means nothing.</summary>
    Malformed,
}
