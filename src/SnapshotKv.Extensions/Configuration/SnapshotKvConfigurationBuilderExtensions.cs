using SnapshotKv.Extensions;
using SnapshotKv.Extensions.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures the writer of the configuration in a registered store.</summary>
public static class SnapshotKvConfigurationBuilderExtensions
{
    /// <summary>Sets the writer's options, after the section <c>SnapshotKv:Configuration</c> was read. The provider's are set where it is added.</summary>
    /// <param name="builder">What <c>AddSnapshotKv</c> gave back.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static ISnapshotKvBuilder ConfigureConfiguration(this ISnapshotKvBuilder builder, Action<SnapshotKvConfigurationOptions> configure) => builder.ConfigureNamed(configure);
}
