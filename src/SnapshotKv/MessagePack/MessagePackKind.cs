namespace SnapshotKv.MessagePack;

/// <summary>What a MessagePack token is, whatever width it is written in.</summary>
internal enum MessagePackKind : byte
{
    /// <summary>No token: the byte c1, which the format never uses.</summary>
    None,
    Nil,
    Boolean,

    /// <summary>An integer ≥ 0, whether its code is signed or not.</summary>
    UnsignedInteger,

    /// <summary>An integer below 0.</summary>
    NegativeInteger,
    Float32,
    Float64,
    String,
    Binary,
    Array,
    Map,
    Extension,
}
