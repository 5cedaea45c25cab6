namespace SnapshotKv.Extensions.Configuration;

/// <summary>Reads what the writer looks at in the store's section <c>Configuration</c>.</summary>
internal sealed class SnapshotKvConfigurationOptionsSetup(IServiceProvider services)
    : StoreSectionSetup<SnapshotKvConfigurationOptions>(services, ConfigurationSettings.Section)
{
    protected override void Read(SettingsReader settings, SnapshotKvConfigurationOptions options)
    {
        settings.Text(nameof(options.Prefix), value => options.Prefix = value);
        settings.Int32(nameof(options.HistoryLimit), value => options.HistoryLimit = value);
    }
}
