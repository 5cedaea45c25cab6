using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Configuration;

namespace SnapshotKv.Extensions;

/// <summary>
/// What the options are before the caller's delegates: clock, loggers and meters of the container, and the store's section of its configuration; and
/// after them: where a relative path leads. The container is asked only when the options are, so that none of these has to be there.
/// </summary>
internal sealed class SnapshotKvOptionsSetup(IServiceProvider services) : IConfigureNamedOptions<SnapshotKvOptions>, IPostConfigureOptions<SnapshotKvOptions>
{
    public void Configure(SnapshotKvOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, SnapshotKvOptions options)
    {
        // Options of a name that is no store's are somebody else's affair.
        if (name is null || !SnapshotKvRegistration.Exists(services, name))
        {
            return;
        }

        if (services.GetService<TimeProvider>() is { } timeProvider)
        {
            options.TimeProvider = timeProvider;
        }

        options.LoggerFactory ??= services.GetService<ILoggerFactory>();
        options.MeterFactory ??= services.GetService<IMeterFactory>();
        options.Name ??= name == Options.DefaultName ? null : name;
        if (services.GetService<IConfiguration>() is { } configuration)
        {
            StoreSettings.Read(configuration.GetSection(StoreSettings.SectionOf(name)), options, name);
        }
    }

    public void PostConfigure(string? name, SnapshotKvOptions options)
    {
        if (name is null || !SnapshotKvRegistration.Exists(services, name))
        {
            return;
        }

        if (name == Options.DefaultName)
        {
            options.Path ??= PathOfConfiguration();
        }

        // What names no directory is left for the validation to refuse.
        if (!string.IsNullOrWhiteSpace(options.Path) && services.GetService<IHostEnvironment>()?.ContentRootPath is { Length: > 0 } root)
        {
            options.Path = Path.Combine(root, options.Path);
        }
    }

    /// <summary>Where the configuration comes from a store whose path was given in code, that is the application's store, not a second one in memory.</summary>
    private string? PathOfConfiguration() =>
        ConfigurationFollowers.In(services.GetService<IConfiguration>()).Select(provider => provider.StorePath).FirstOrDefault(path => path is not null);
}
