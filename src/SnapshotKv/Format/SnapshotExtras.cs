namespace SnapshotKv.Format;

/// <summary>What a snapshot of ours tells beside its entries, in fields of its own that are written only when there is something to tell.</summary>
/// <param name="Blobs">The blobs that its entries, or those of older snapshots, refer to.</param>
/// <param name="Serializers">The name of the serializer that wrote a partition's values, by the partition's prefix; in the order of prefixes.</param>
internal sealed record SnapshotExtras(IReadOnlyList<SnapshotBlob> Blobs, IReadOnlyDictionary<string, string> Serializers)
{
    /// <summary>Nothing to tell.</summary>
    public static SnapshotExtras None { get; } = new([], new Dictionary<string, string>(StringComparer.Ordinal));
}
