using Microsoft.Extensions.Configuration;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>The providers of stores in a configuration.</summary>
internal static class ConfigurationFollowers
{
    /// <summary>Finds them, also where one configuration is a source of another.</summary>
    public static IReadOnlyList<SnapshotKvConfigurationProvider> In(IConfiguration? configuration)
    {
        var found = new List<SnapshotKvConfigurationProvider>();
        Find(configuration, found);
        return found;
    }

    private static void Find(IConfiguration? configuration, List<SnapshotKvConfigurationProvider> found)
    {
        foreach (var provider in (configuration as IConfigurationRoot)?.Providers ?? [])
        {
            if (provider is SnapshotKvConfigurationProvider follower && !found.Contains(follower))
            {
                found.Add(follower);
            }
            else if (provider is ChainedConfigurationProvider chained)
            {
                Find(chained.Configuration, found);
            }
        }
    }
}
