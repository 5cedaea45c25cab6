using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions;

/// <summary>Reads what stands on a store from its own part of the store's section, when the container has a configuration, before the caller's delegates.</summary>
/// <typeparam name="TOptions">The options, by the name of their store.</typeparam>
/// <param name="services">The container; it is asked only when the options are, so that nothing has to be there.</param>
/// <param name="section">The part of the store's section.</param>
internal abstract class StoreSectionSetup<TOptions>(IServiceProvider services, string section) : IConfigureNamedOptions<TOptions>
    where TOptions : class
{
    public void Configure(TOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, TOptions options)
    {
        // Options of a name that is no store's are somebody else's affair.
        if (name is null || !SnapshotKvRegistration.Exists(services, name) || services.GetService<IConfiguration>() is not { } configuration)
        {
            return;
        }

        var settings = new SettingsReader(configuration.GetSection(ConfigurationPath.Combine(StoreSettings.SectionOf(name), section)));
        Read(settings, options);
        settings.ThrowIfFailed(name, typeof(TOptions));
    }

    /// <summary>Sets what the section has.</summary>
    protected abstract void Read(SettingsReader settings, TOptions options);
}
