using Microsoft.Extensions.DependencyInjection;

namespace SnapshotKv.Extensions;

/// <summary>What <c>AddSnapshotKv</c> gives back.</summary>
internal sealed class SnapshotKvBuilder(IServiceCollection services, string name) : ISnapshotKvBuilder
{
    public IServiceCollection Services { get; } = services;

    public string Name { get; } = name;
}
