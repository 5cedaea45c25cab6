using SnapshotKv.Extensions.Configuration;

namespace Microsoft.Extensions.Configuration;

/// <summary>Shows a configuration without its secrets.</summary>
public static class SnapshotKvConfigurationDebugViewExtensions
{
    /// <summary>What stands in the place of a value that is masked.</summary>
    public const string Mask = "******";

    /// <summary>The configuration with where each value comes from, as <c>GetDebugView</c> gives it, but without the values of keys that are to be masked.</summary>
    /// <param name="configuration">The root of the configuration.</param>
    /// <returns>Lines of text.</returns>
    /// <remarks>
    /// The keys are those of <see cref="SnapshotKvConfigurationSource.MaskedKeys"/> of all stores among the sources, and their defaults where there is none. They are masked whatever source
    /// their value comes from. The plain <c>GetDebugView()</c> shows everything.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="configuration"/> is null.</exception>
    public static string GetSnapshotKvDebugView(this IConfigurationRoot configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var providers = ConfigurationFollowers.In(configuration);
        var patterns = providers.Count > 0 ? providers.SelectMany(static provider => provider.MaskedKeys).Distinct(StringComparer.OrdinalIgnoreCase).ToList() : KeyPatterns.Defaults;
        return configuration.GetDebugView(context => KeyPatterns.MatchesAny(patterns, context.Path) ? Mask : context.Value ?? string.Empty);
    }
}
