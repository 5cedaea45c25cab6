using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SnapshotKv;
using SnapshotKv.Extensions;
using SnapshotKv.Extensions.Caching;
using SnapshotKv.Extensions.Configuration;
using SnapshotKv.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers a SnapshotKv store and what stands on it.</summary>
public static class SnapshotKvServiceCollectionExtensions
{
    /// <summary>
    /// Adds a store that lives in a local directory, and over it <see cref="IDistributedCache"/> with <see cref="IBufferDistributedCache"/>. The store
    /// itself is there as <see cref="KvStore"/> and <see cref="IKvStore"/>.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="configure">Sets the options, after the section <c>SnapshotKv</c> of the container's configuration, when it has one, was read.</param>
    /// <returns>Configures what stands on the store.</returns>
    /// <remarks>
    /// <para>The store is opened when a host starts, or when it is first used without one, and closed with the container, which saves what is not saved.
    /// It takes clock and loggers from the container. Without <see cref="SnapshotKvOptions.Path"/> it lives in memory only, and says so in a
    /// warning.</para>
    /// <para>Calling it again is harmless: nothing is registered twice, and the delegates are called one after the other. The cache replaces one that
    /// was registered before; one that is added later by name, not by a default, replaces it in turn.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public static ISnapshotKvBuilder AddSnapshotKv(this IServiceCollection services, Action<SnapshotKvOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);

        var name = Options.Options.DefaultName;
        if (SnapshotKvRegistration.TryAdd(services, name))
        {
            AddSettings(services, name);
            AddStore(services, name);
            AddCache(services, name);
            ConfigurationServices.AddConfigurationWriter(services, name);
            services.AddHostedService<SnapshotKvHostedService>();
        }

        if (configure is not null)
        {
            services.Configure(name, configure);
        }

        return new SnapshotKvBuilder(services, name);
    }

    private static void AddSettings(IServiceCollection services, string name)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<SnapshotKvOptions>, SnapshotKvOptionsSetup>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SnapshotKvOptions>, SnapshotKvOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<SnapshotKvCacheOptions>, SnapshotKvCacheOptionsSetup>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SnapshotKvCacheOptions>, SnapshotKvCacheOptionsValidator>());
        services.AddOptionsWithValidateOnStart<SnapshotKvOptions>(name);
        services.AddOptionsWithValidateOnStart<SnapshotKvCacheOptions>(name);
    }

    private static void AddStore(IServiceCollection services, string name)
    {
        services.AddSingleton(provider => StoreOpener.Open(provider, name));
        services.AddSingleton<IKvStore>(static provider => provider.GetRequiredService<KvStore>());
    }

    /// <summary>A plain Add: with TryAdd after an AddDistributedMemoryCache the user would go on with a cache that forgets, and never know.</summary>
    private static void AddCache(IServiceCollection services, string name)
    {
        services.AddSingleton(provider => new SnapshotKvDistributedCache(
            provider.GetRequiredService<IKvStore>(),
            provider.GetRequiredService<IOptionsMonitor<SnapshotKvCacheOptions>>().Get(name),
            provider.GetRequiredService<IOptionsMonitor<SnapshotKvOptions>>().Get(name).TimeProvider));
        services.AddSingleton<IDistributedCache>(static provider => provider.GetRequiredService<SnapshotKvDistributedCache>());
        services.AddSingleton<IBufferDistributedCache>(static provider => provider.GetRequiredService<SnapshotKvDistributedCache>());
    }
}
