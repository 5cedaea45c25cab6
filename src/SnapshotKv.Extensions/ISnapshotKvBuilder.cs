namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures what stands on a registered SnapshotKv store.</summary>
/// <remarks>Not thread-safe, like the services it adds to.</remarks>
public interface ISnapshotKvBuilder
{
    /// <summary>The services the store is registered in.</summary>
    IServiceCollection Services { get; }

    /// <summary>The name of the store and of its options; empty for the default one.</summary>
    string Name { get; }
}
