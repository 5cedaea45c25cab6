namespace SnapshotKv.Tests.Store.Contract;

/// <summary>The contract, on a store whose writes wait for the device; and once more after a power cut.</summary>
public sealed class DiskStoreContractTests : JournaledStoreSpecification
{
    protected override KvDurability Level => KvDurability.Disk;
}
