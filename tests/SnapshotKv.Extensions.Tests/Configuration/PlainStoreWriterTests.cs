namespace SnapshotKv.Extensions.Tests.Configuration;

/// <summary>Over a store without any capability, whose commits complete later.</summary>
public sealed class PlainStoreWriterTests : ConfigurationWriterSpecification
{
    private protected override StoreDouble Double { get; } = new();
}
