using Microsoft.Extensions.Configuration;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>What the sources that a builder has so far say.</summary>
internal static class EarlierSources
{
    /// <summary>Reads the configuration of the sources so far.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="read">Reads; what it is given is gone afterwards.</param>
    /// <remarks>
    /// An application builder's configuration is there already. A plain builder's sources are built and read for this alone; one over a stream can be read once only, so it is passed over.
    /// </remarks>
    public static void Read(IConfigurationBuilder builder, Action<IConfiguration> read)
    {
        if (builder is IConfiguration configuration)
        {
            read(configuration);
            return;
        }

        var providers = new List<IConfigurationProvider>();
        try
        {
            providers.AddRange(builder.Sources.Where(IsReadable).Select(source => source.Build(builder)));

            // The root would dispose all of its providers, and with a chained one a configuration that others still use.
            read(new ConfigurationRoot(providers));
        }
        finally
        {
            foreach (var provider in providers.Where(static provider => provider is not ChainedConfigurationProvider))
            {
                (provider as IDisposable)?.Dispose();
            }
        }
    }

    /// <summary>A store is never asked where it is.</summary>
    private static bool IsReadable(IConfigurationSource source) => source is not SnapshotKvConfigurationSource and not StreamConfigurationSource;
}
