using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SnapshotKv;
using SnapshotKv.Extensions;
using SnapshotKv.Extensions.Caching;
using SnapshotKv.Extensions.Configuration;
using SnapshotKv.Extensions.Diagnostics;
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
    /// <para>A directory is open once in a process: what <c>configuration.AddSnapshotKv()</c>, another registration or another host has open is shared. Settings
    /// that two of them state must not differ.</para>
    /// <para>Calling it again is harmless: nothing is registered twice, and the delegates are called one after the other. The cache replaces one that
    /// was registered before; one that is added later by name, not by a default, replaces it in turn.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public static ISnapshotKvBuilder AddSnapshotKv(this IServiceCollection services, Action<SnapshotKvOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return Add(services, Options.Options.DefaultName, configure);
    }

    /// <summary>
    /// Adds one more store under a name, in a directory of its own. It is there, like its caches, as a keyed service: <see cref="KvStore"/>,
    /// <see cref="IKvStore"/>, <see cref="IDistributedCache"/> and <see cref="IBufferDistributedCache"/>.
    /// </summary>
    /// <param name="services">The services to add to.</param>
    /// <param name="name">The store's name, which is the key of the services, and the name of the options.</param>
    /// <param name="configure">Sets the options, after the section <c>SnapshotKv:Stores:</c> with the name was read.</param>
    /// <returns>Configures what stands on the store.</returns>
    /// <remarks>
    /// As <see cref="AddSnapshotKv"/>. Two stores may share a directory: it is open once, and settings that both state must not differ, else the
    /// start ends with a <see cref="KvStoreSettingsException"/> that spells out both.
    /// </remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty, or has a colon, which parts sections.</exception>
    public static ISnapshotKvBuilder AddKeyedSnapshotKv(this IServiceCollection services, string name, Action<SnapshotKvOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Contains(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal))
        {
            throw new ArgumentException($"The name of a store is a section of the configuration and has no '{ConfigurationPath.KeyDelimiter}'; it is '{name}'.", nameof(name));
        }

        return Add(services, name, configure);
    }

    private static SnapshotKvBuilder Add(IServiceCollection services, string name, Action<SnapshotKvOptions>? configure)
    {
        if (SnapshotKvRegistration.TryAdd(services, name))
        {
            AddSettings(services, name);
            if (name == Options.Options.DefaultName)
            {
                AddStore(services);
            }
            else
            {
                AddKeyedStore(services, name);
            }

            ConfigurationServices.AddConfigurationWriter(services, name);
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SnapshotKvHostedService>());
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
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<SnapshotKvOptions>, SnapshotKvOptionsSetup>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SnapshotKvOptions>, SnapshotKvOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<SnapshotKvCacheOptions>, SnapshotKvCacheOptionsSetup>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SnapshotKvCacheOptions>, SnapshotKvCacheOptionsValidator>());
        services.TryAddSingleton(static provider => new CacheMeter(provider.GetService<IMeterFactory>()));
        services.AddOptionsWithValidateOnStart<SnapshotKvOptions>(name);
        services.AddOptionsWithValidateOnStart<SnapshotKvCacheOptions>(name);
    }

    /// <summary>The caches by a plain Add: with TryAdd after an AddDistributedMemoryCache the user would go on with a cache that forgets, and never know.</summary>
    private static void AddStore(IServiceCollection services)
    {
        services.AddSingleton(static provider => StoreOpener.Open(provider, Options.Options.DefaultName));
        services.AddSingleton<IKvStore>(static provider => provider.GetRequiredService<KvStore>());
        services.AddSingleton(static provider => CreateCache(provider, provider.GetRequiredService<IKvStore>(), Options.Options.DefaultName));
        services.AddSingleton<IDistributedCache>(static provider => provider.GetRequiredService<SnapshotKvDistributedCache>());
        services.AddSingleton<IBufferDistributedCache>(static provider => provider.GetRequiredService<SnapshotKvDistributedCache>());
    }

    /// <inheritdoc cref="AddStore"/>
    private static void AddKeyedStore(IServiceCollection services, string name)
    {
        services.AddKeyedSingleton(name, static (provider, key) => StoreOpener.Open(provider, (string)key!));
        services.AddKeyedSingleton<IKvStore>(name, static (provider, key) => provider.GetRequiredKeyedService<KvStore>(key));
        services.AddKeyedSingleton(name, static (provider, key) => CreateCache(provider, provider.GetRequiredKeyedService<IKvStore>(key), (string)key!));
        services.AddKeyedSingleton<IDistributedCache>(name, static (provider, key) => provider.GetRequiredKeyedService<SnapshotKvDistributedCache>(key));
        services.AddKeyedSingleton<IBufferDistributedCache>(name, static (provider, key) => provider.GetRequiredKeyedService<SnapshotKvDistributedCache>(key));
    }

    private static SnapshotKvDistributedCache CreateCache(IServiceProvider provider, IKvStore store, string name)
    {
        var settings = provider.GetRequiredService<IOptionsMonitor<SnapshotKvOptions>>().Get(name);
        return new(
            store,
            provider.GetRequiredService<IOptionsMonitor<SnapshotKvCacheOptions>>().Get(name),
            settings.TimeProvider,
            provider.GetRequiredService<CacheMeter>().ForCache(settings.Name ?? SnapshotKvOptions.DefaultName));
    }
}
