namespace SnapshotKv;

/// <summary>A key that is not the same in two states of a store; see <see cref="IKvSnapshots.Compare"/>.</summary>
/// <remarks>Immutable.</remarks>
public sealed class KvDifference
{
    /// <summary>What became of it.</summary>
    public required KvDifferenceKind Kind { get; init; }

    /// <summary>The whole key.</summary>
    public required string Key { get; init; }

    /// <summary>The value in the first state, as it is encoded in <see cref="BeforeFormat"/>; empty where it was not there.</summary>
    public ReadOnlyMemory<byte> Before { get; init; }

    /// <summary>The format of <see cref="Before"/>: decode it with <see cref="KvSerializer.Native"/>, or with the serializer that wrote it.</summary>
    public KvFormat BeforeFormat { get; init; }

    /// <summary>The value in the second state, as it is encoded in <see cref="AfterFormat"/>; empty where it is not there.</summary>
    public ReadOnlyMemory<byte> After { get; init; }

    /// <summary>The format of <see cref="After"/>.</summary>
    public KvFormat AfterFormat { get; init; }
}
