using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SnapshotKv;
using SnapshotKv.Extensions.Configuration;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds a SnapshotKv store to an application: its configuration, and the store with all that stands on it.</summary>
public static class SnapshotKvHostApplicationBuilderExtensions
{
    /// <summary>
    /// Adds the configuration that is kept in a store (<see cref="SnapshotKvConfigurationExtensions.AddSnapshotKv(IConfigurationBuilder)"/>), and the same store
    /// with its cache to the services (<see cref="SnapshotKvServiceCollectionExtensions.AddSnapshotKv"/>).
    /// </summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="configure">Sets the store's options, after the section <c>SnapshotKv</c> of the configuration so far was read. Called for both parts.</param>
    /// <param name="configureSource">Sets up the configuration's source: validation, when it reloads, what is masked.</param>
    /// <returns>Configures what stands on the store.</returns>
    /// <remarks>
    /// Calling it again adds no second source, unless it sets one up by <paramref name="configureSource"/>.
    /// The store is opened in this call, since the builder's configuration is there at once. It needs a directory: a memory-only store has no configuration to
    /// give, so add it by <c>builder.Services.AddSnapshotKv()</c>.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    /// <exception cref="InvalidOperationException">Neither the configuration so far nor <paramref name="configure"/> names a path.</exception>
    /// <exception cref="OptionsValidationException">Settings cannot be read or are out of range; all are named.</exception>
    /// <exception cref="SnapshotKvConfigurationException">The configuration in the store cannot be used.</exception>
    /// <exception cref="KvStoreException">The directory is in use, cannot be written, or holds nothing that can be read.</exception>
    public static ISnapshotKvBuilder AddSnapshotKv(
        this IHostApplicationBuilder builder,
        Action<SnapshotKvOptions>? configure = null,
        Action<SnapshotKvConfigurationSource>? configureSource = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (configureSource is not null || !((IConfigurationBuilder)builder.Configuration).Sources.OfType<SnapshotKvConfigurationSource>().Any())
        {
            builder.Configuration.AddSnapshotKv(source =>
            {
                source.ConfigureStore = configure;
                configureSource?.Invoke(source);
            });
        }

        return builder.Services.AddSnapshotKv(configure);
    }
}
