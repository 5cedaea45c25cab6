namespace SnapshotKv.Extensions;

/// <summary>The settings of a store in a section of a configuration.</summary>
internal static class StoreSettings
{
    /// <summary>Sets what the section has, and nothing else: two who open one store must agree only about what they state.</summary>
    public static void Read(SettingsReader settings, SnapshotKvOptions options)
    {
        settings.Text(nameof(options.Path), value => options.Path = value);
        settings.Int32(nameof(options.MaxSnapshots), value => options.MaxSnapshots = value);
        settings.Duration(nameof(options.SaveDebounce), value => options.SaveDebounce = value);
        settings.Duration(nameof(options.TtlCleanupInterval), value => options.TtlCleanupInterval = value);
        settings.Enumeration<KvCompression>(nameof(options.Compression), value => options.Compression = value);
        settings.Enumeration<KvFormat>(nameof(options.Format), value => options.Format = value);
        settings.Int32(nameof(options.MaxValueBytes), value => options.MaxValueBytes = value);
        settings.Int64(nameof(options.MaxSnapshotBytes), value => options.MaxSnapshotBytes = value);
    }
}
