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

        var store = name.Length == 0 ? SnapshotKvOptionsSetup.SectionName : ConfigurationPath.Combine(SnapshotKvOptionsSetup.SectionName, "Stores", name);
        var settings = new SettingsReader(configuration.GetSection(ConfigurationPath.Combine(store, "Health")));
        options.FailedSaves = settings.Int32(nameof(options.FailedSaves), options.FailedSaves);
        options.MaxUnsavedAge = settings.OptionalDuration(nameof(options.MaxUnsavedAge), options.MaxUnsavedAge);
        options.MinAvailableBytes = settings.OptionalInt64(nameof(options.MinAvailableBytes), options.MinAvailableBytes);
        options.ReportFallback = settings.Boolean(nameof(options.ReportFallback), options.ReportFallback);
        settings.ThrowIfFailed(name, typeof(SnapshotKvHealthCheckOptions));
    }
}
