namespace SnapshotKv.Extensions.Caching;

/// <summary>Reads the store's section <c>Cache</c>.</summary>
internal sealed class SnapshotKvCacheOptionsSetup(IServiceProvider services) : StoreSectionSetup<SnapshotKvCacheOptions>(services, "Cache")
{
    protected override void Read(SettingsReader settings, SnapshotKvCacheOptions options)
    {
        settings.Text(nameof(options.Prefix), value => options.Prefix = value);
        settings.OptionalDuration(nameof(options.DefaultTimeToLive), value => options.DefaultTimeToLive = value);
        settings.OptionalDuration(nameof(options.DefaultSlidingExpiration), value => options.DefaultSlidingExpiration = value);
        settings.Boolean(nameof(options.CountEntries), value => options.CountEntries = value);
    }
}
