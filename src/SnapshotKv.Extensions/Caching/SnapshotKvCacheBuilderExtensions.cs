using SnapshotKv.Extensions;
using SnapshotKv.Extensions.Caching;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures the distributed cache of a registered store.</summary>
public static class SnapshotKvCacheBuilderExtensions
{
    /// <summary>Sets the cache's options, after the section <c>SnapshotKv:Cache</c> was read.</summary>
    /// <param name="builder">What <c>AddSnapshotKv</c> gave back.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static ISnapshotKvBuilder ConfigureCache(this ISnapshotKvBuilder builder, Action<SnapshotKvCacheOptions> configure) => builder.ConfigureNamed(configure);
}
