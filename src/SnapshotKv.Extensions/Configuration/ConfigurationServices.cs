using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>What a registered store brings along for its configuration.</summary>
internal static class ConfigurationServices
{
    /// <summary>Registers the writer of a store, by the store's name where it has one.</summary>
    public static void AddConfigurationWriter(IServiceCollection services, string name)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<SnapshotKvConfigurationOptions>, SnapshotKvConfigurationOptionsSetup>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SnapshotKvConfigurationOptions>, SnapshotKvConfigurationOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SnapshotKvConfigurationOptions>, PrefixOverlapValidator>());
        services.AddOptionsWithValidateOnStart<SnapshotKvConfigurationOptions>(name);
        if (name == Options.DefaultName)
        {
            services.AddSingleton<ISnapshotKvConfigurationWriter>(static provider =>
                Create(provider, provider.GetRequiredService<IKvStore>(), Options.DefaultName));
        }
        else
        {
            services.AddKeyedSingleton<ISnapshotKvConfigurationWriter>(name, static (provider, key) =>
                Create(provider, provider.GetRequiredKeyedService<IKvStore>(key), (string)key!));
        }
    }

    /// <summary>Gives the configuration, which was there before the container, the container's logging and clock.</summary>
    public static void Attach(IServiceProvider services)
    {
        foreach (var provider in ConfigurationFollowers.In(services.GetService<IConfiguration>()))
        {
            provider.Attach(services.GetService<ILoggerFactory>(), services.GetService<TimeProvider>());
        }
    }

    private static SnapshotKvConfigurationWriter Create(IServiceProvider services, IKvStore store, string name)
    {
        Attach(services);
        ConfigurationKeys.ProtectBookkeeping(store);
        var configuration = services.GetService<IConfiguration>();
        return new(
            store,
            services.GetRequiredService<IOptionsMonitor<SnapshotKvConfigurationOptions>>().Get(name),
            services.GetRequiredService<IOptionsMonitor<SnapshotKvOptions>>().Get(name).TimeProvider,
            () => ConfigurationFollowers.In(configuration),
            (ILogger?)services.GetService<ILogger<SnapshotKvConfigurationWriter>>() ?? NullLogger.Instance);
    }
}
