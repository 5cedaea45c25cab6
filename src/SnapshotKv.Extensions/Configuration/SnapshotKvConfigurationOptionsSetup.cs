using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>Reads <c>Configuration</c> in the section of the store, when the container has a configuration, before the caller's delegates.</summary>
internal sealed class SnapshotKvConfigurationOptionsSetup(IServiceProvider services) : IConfigureNamedOptions<SnapshotKvConfigurationOptions>
{
    public void Configure(SnapshotKvConfigurationOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, SnapshotKvConfigurationOptions options)
    {
        if (name is null || !SnapshotKvRegistration.Exists(services, name) || services.GetService<IConfiguration>() is not { } configuration)
        {
            return;
        }

        var settings = new SettingsReader(configuration.GetSection(StoreSettings.SectionOf(name)));
        ConfigurationSettings.Read(settings, options);
        settings.ThrowIfFailed(name, typeof(SnapshotKvConfigurationOptions));
    }
}
