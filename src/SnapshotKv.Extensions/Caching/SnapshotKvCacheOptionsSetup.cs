using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions.Caching;

/// <summary>Reads the store's section <c>Cache</c>, when the container has a configuration, before the caller's delegates.</summary>
internal sealed class SnapshotKvCacheOptionsSetup(IServiceProvider services) : IConfigureNamedOptions<SnapshotKvCacheOptions>
{
    public void Configure(SnapshotKvCacheOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, SnapshotKvCacheOptions options)
    {
        if (name is null || !SnapshotKvRegistration.Exists(services, name) || services.GetService<IConfiguration>() is not { } configuration)
        {
            return;
        }

        var settings = new SettingsReader(configuration.GetSection(ConfigurationPath.Combine(StoreSettings.SectionOf(name), "Cache")));
        settings.Text(nameof(options.Prefix), value => options.Prefix = value);
        settings.OptionalDuration(nameof(options.DefaultTimeToLive), value => options.DefaultTimeToLive = value);
        settings.OptionalDuration(nameof(options.DefaultSlidingExpiration), value => options.DefaultSlidingExpiration = value);
        settings.Boolean(nameof(options.CountEntries), value => options.CountEntries = value);
        settings.ThrowIfFailed(name, typeof(SnapshotKvCacheOptions));
    }
}
