namespace SnapshotKv.Extensions.Diagnostics;

/// <summary>Reads the store's section <c>Health</c>.</summary>
internal sealed class SnapshotKvHealthCheckOptionsSetup(IServiceProvider services) : StoreSectionSetup<SnapshotKvHealthCheckOptions>(services, "Health")
{
    protected override void Read(SettingsReader settings, SnapshotKvHealthCheckOptions options)
    {
        settings.Int32(nameof(options.FailedSaves), value => options.FailedSaves = value);
        settings.OptionalDuration(nameof(options.MaxUnsavedAge), value => options.MaxUnsavedAge = value);
        settings.OptionalInt64(nameof(options.MinAvailableBytes), value => options.MinAvailableBytes = value);
        settings.Int32(nameof(options.MaxJournalPercent), value => options.MaxJournalPercent = value);
        settings.Duration(nameof(options.MaxFollowerLag), value => options.MaxFollowerLag = value);
        settings.Boolean(nameof(options.ReportFallback), value => options.ReportFallback = value);
    }
}
