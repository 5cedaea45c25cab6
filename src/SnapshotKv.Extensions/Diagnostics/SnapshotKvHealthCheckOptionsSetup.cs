using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions.Diagnostics;

/// <summary>Reads the section <c>Health</c> of the store's own, when the container has a configuration, before the caller's delegates.</summary>
internal sealed class SnapshotKvHealthCheckOptionsSetup(IServiceProvider services) : IConfigureNamedOptions<SnapshotKvHealthCheckOptions>
{
    public void Configure(SnapshotKvHealthCheckOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, SnapshotKvHealthCheckOptions options)
    {
        if (name is null || services.GetService<IConfiguration>() is not { } configuration)
        {
            return;
        }

        var settings = new SettingsReader(configuration.GetSection(ConfigurationPath.Combine(StoreSettings.SectionOf(name), "Health")));
        settings.Int32(nameof(options.FailedSaves), value => options.FailedSaves = value);
        settings.OptionalDuration(nameof(options.MaxUnsavedAge), value => options.MaxUnsavedAge = value);
        settings.OptionalInt64(nameof(options.MinAvailableBytes), value => options.MinAvailableBytes = value);
        settings.Boolean(nameof(options.ReportFallback), value => options.ReportFallback = value);
        settings.ThrowIfFailed(name, typeof(SnapshotKvHealthCheckOptions));
    }
}
