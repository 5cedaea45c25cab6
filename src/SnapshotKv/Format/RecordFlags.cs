namespace SnapshotKv.Format;

/// <summary>What a record's header says of the rest of it. The values are part of the record's layout.</summary>
[Flags]
internal enum RecordFlags : byte
{
    None = 0,

    /// <summary>The value is JSON text; otherwise it is MessagePack.</summary>
    Json = 1,

    /// <summary>A sliding window follows the value.</summary>
    Sliding = 2,

    /// <summary>An absolute cap of a sliding expiry follows.</summary>
    Cap = 4,

    /// <summary>A blob reference follows.</summary>
    Blob = 8,

    /// <summary>Tags follow.</summary>
    Tags = 16,

    /// <summary>The key is not UTF-8: it came from a Go file, and no string reaches it.</summary>
    OpaqueKey = 32,
}
