using SnapshotKv.Extensions.Configuration;

namespace SnapshotKv.Extensions.Tests.Configuration;

/// <summary>Over a store that keeps snapshots, with a configuration that follows commits.</summary>
public sealed class ChangeModeWriterTests : ConfigurationWriterSpecification
{
    private protected override SnapshotStoreDouble Double { get; } = new();

    private protected override SnapshotKvReloadMode ReloadOn => SnapshotKvReloadMode.Change;
}
