using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions;

/// <summary>
/// What the options are before the caller's delegates: clock and loggers of the container, and the section <c>SnapshotKv</c> of its configuration. The
/// container is asked only when the options are, so that none of these has to be there.
/// </summary>
internal sealed class SnapshotKvOptionsSetup(IServiceProvider services) : IConfigureNamedOptions<SnapshotKvOptions>
{
    /// <summary>The configuration section of the default store.</summary>
    public const string SectionName = "SnapshotKv";

    public void Configure(SnapshotKvOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, SnapshotKvOptions options)
    {
        // Other names are other stores', with sections of their own.
        if (name != Options.DefaultName)
        {
            return;
        }

        if (ReferenceEquals(options.TimeProvider, TimeProvider.System) && services.GetService<TimeProvider>() is { } timeProvider)
        {
            options.TimeProvider = timeProvider;
        }

        options.LoggerFactory ??= services.GetService<ILoggerFactory>();
        if (services.GetService<IConfiguration>() is { } configuration)
        {
            Read(configuration.GetSection(SectionName), options);
        }
    }

    private static void Read(IConfigurationSection section, SnapshotKvOptions options)
    {
        StoreSettings.Read(section, options, Options.DefaultName);
    }
}
