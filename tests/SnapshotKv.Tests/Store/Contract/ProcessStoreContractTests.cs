namespace SnapshotKv.Tests.Store.Contract;

/// <summary>The contract, on a store in a directory at the default level; and once more after the process was killed.</summary>
public sealed class ProcessStoreContractTests : JournaledStoreSpecification
{
    protected override KvDurability Level => KvDurability.Process;
}
