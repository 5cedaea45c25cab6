using Microsoft.Extensions.Configuration;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>The settings of a configuration in the section of its store's settings.</summary>
internal static class ConfigurationSettings
{
    /// <summary>The part of the store's section.</summary>
    public const string Section = "Configuration";

    /// <summary>Reads what the provider looks at, from the section of the store.</summary>
    public static void Read(SettingsReader settings, SnapshotKvConfigurationSource source)
    {
        settings.Text(Name(nameof(source.Prefix)), value => source.Prefix = value);
        settings.Enumeration<SnapshotKvReloadMode>(Name(nameof(source.ReloadOn)), value => source.ReloadOn = value);
        settings.Duration(Name(nameof(source.ReloadDebounce)), value => source.ReloadDebounce = value);
    }

    private static string Name(string setting) => ConfigurationPath.Combine(Section, setting);
}
