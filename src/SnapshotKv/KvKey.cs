namespace SnapshotKv;

/// <summary>What a key may be.</summary>
internal static class KvKey
{
    /// <summary>The longest key that can be set, with its partition's prefix, in bytes of UTF-8. A file may bring longer ones; they can be read and removed.</summary>
    public const int MaxBytes = 65_535;
}
