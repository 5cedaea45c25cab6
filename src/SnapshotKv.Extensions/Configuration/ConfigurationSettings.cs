using Microsoft.Extensions.Configuration;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>The settings of a configuration in the section of its store's settings.</summary>
internal static class ConfigurationSettings
{
    private const string Section = "Configuration";

    /// <summary>Reads what the provider looks at.</summary>
    public static void Read(SettingsReader settings, SnapshotKvConfigurationSource source)
    {
        settings.Text(Name(nameof(source.Prefix)), value => source.Prefix = value);
        settings.Enumeration<SnapshotKvReloadMode>(Name(nameof(source.ReloadOn)), value => source.ReloadOn = value);
        settings.Duration(Name(nameof(source.ReloadDebounce)), value => source.ReloadDebounce = value);
    }

    /// <summary>Reads everything.</summary>
    public static void Read(SettingsReader settings, SnapshotKvConfigurationOptions options)
    {
        settings.Text(Name(nameof(options.Prefix)), value => options.Prefix = value);
        settings.Enumeration<SnapshotKvReloadMode>(Name(nameof(options.ReloadOn)), value => options.ReloadOn = value);
        settings.Duration(Name(nameof(options.ReloadDebounce)), value => options.ReloadDebounce = value);
        settings.Int32(Name(nameof(options.HistoryLimit)), value => options.HistoryLimit = value);
    }

    private static string Name(string setting) => ConfigurationPath.Combine(Section, setting);
}
