using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions;

/// <summary>Where the settings of a store stand in the configuration, and how they are read.</summary>
internal static class StoreSettings
{
    /// <summary>The section of the default store.</summary>
    public const string SectionName = "SnapshotKv";

    /// <summary>The section under which the other stores have theirs.</summary>
    public const string StoresSectionName = SectionName + ":Stores";

    /// <summary>The section of a store.</summary>
    /// <param name="name">The store's name; empty for the default one.</param>
    public static string SectionOf(string name) => name == Options.DefaultName ? SectionName : ConfigurationPath.Combine(StoresSectionName, name);

    /// <summary>Sets what the section has; what it has not is not touched.</summary>
    /// <param name="section">The section.</param>
    /// <param name="options">Takes the settings.</param>
    /// <param name="name">The name of the options.</param>
    /// <exception cref="OptionsValidationException">Settings could not be read; each is named with its key and value.</exception>
    public static void Read(IConfigurationSection section, SnapshotKvOptions options, string name)
    {
        var settings = new SettingsReader(section);
        Read(settings, options);
        settings.ThrowIfFailed(name, typeof(SnapshotKvOptions));
    }

    /// <summary>Sets what the section has; what cannot be read the reader gathers.</summary>
    public static void Read(SettingsReader settings, SnapshotKvOptions options)
    {
        settings.Text(nameof(options.Path), value => options.Path = value);
        settings.Enumeration<KvStoreMode>(nameof(options.Mode), value => options.Mode = value);
        settings.Int32(nameof(options.MaxSnapshots), value => options.MaxSnapshots = value);
        settings.Int32(nameof(options.KeepHourly), value => options.KeepHourly = value);
        settings.Int32(nameof(options.KeepDaily), value => options.KeepDaily = value);
        settings.Duration(nameof(options.SaveDebounce), value => options.SaveDebounce = value);
        settings.Duration(nameof(options.TtlCleanupInterval), value => options.TtlCleanupInterval = value);
        settings.Enumeration<KvCompression>(nameof(options.Compression), value => options.Compression = value);
        settings.Enumeration<KvFormat>(nameof(options.Format), value => options.Format = value);
        settings.Int32(nameof(options.MaxValueBytes), value => options.MaxValueBytes = value);
        settings.Int64(nameof(options.MaxSnapshotBytes), value => options.MaxSnapshotBytes = value);
        settings.Enumeration<KvDurability>(nameof(options.Durability), value => options.Durability = value);
        settings.Duration(nameof(options.FlushInterval), value => options.FlushInterval = value);
        settings.Enumeration<KvRecoveryMode>(nameof(options.Recovery), value => options.Recovery = value);
        settings.Int64(nameof(options.MaxJournalBytes), value => options.MaxJournalBytes = value);
        settings.Text(nameof(options.Name), value => options.Name = value);
    }
}
