namespace SnapshotKv.Extensions.Configuration;

/// <summary>What became of one key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Existed">Whether it was there before; a null value is there.</param>
/// <param name="Before">The value before; null also when there was none.</param>
/// <param name="Exists">Whether it was there afterwards.</param>
/// <param name="After">The value afterwards; null also when there was none.</param>
/// <remarks>Printed without the values.</remarks>
public sealed record SnapshotKvConfigurationValueChange(string Key, bool Existed, string? Before, bool Exists, string? After)
{
    /// <summary>The key and what became of it, without the values, so that logging it gives nothing away.</summary>
    public override string ToString() => $"{Key} {(Exists ? Existed ? "changed" : "added" : "removed")}";
}
