using Microsoft.Extensions.Configuration;
using SnapshotKv.Extensions.Configuration;
using Spectre.Console;

namespace SnapshotKv.Samples.TimeMachine;

/// <summary>The settings as the application sees them: those that the store has, and none of the environment's.</summary>
internal static class Settings
{
    public static SortedDictionary<string, string> Read(IConfiguration configuration)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var provider = ((IConfigurationRoot)configuration).Providers.OfType<SnapshotKvConfigurationProvider>().Single();
        Collect(provider, parent: null, settings);
        return settings;
    }

    public static Table ToTable(IReadOnlyDictionary<string, string> settings)
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey).AddColumns("Setting", "Value");
        foreach (var (key, value) in settings)
        {
            table.AddRow(new Text(key), new Text(value));
        }

        return settings.Count > 0 ? table : table.AddRow("[grey]none yet[/]", "");
    }

    /// <summary>What changed between two moments, one line of markup for each key.</summary>
    public static IEnumerable<string> Compare(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after) =>
        before.Keys.Union(after.Keys, StringComparer.OrdinalIgnoreCase)
            .Order(StringComparer.OrdinalIgnoreCase)
            .Where(key => before.GetValueOrDefault(key) != after.GetValueOrDefault(key))
            .Select(key => Difference.ToMarkup(key, before.GetValueOrDefault(key), after.GetValueOrDefault(key)));

    private static void Collect(SnapshotKvConfigurationProvider provider, string? parent, SortedDictionary<string, string> settings)
    {
        foreach (var name in provider.GetChildKeys([], parent).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var key = parent is null ? name : ConfigurationPath.Combine(parent, name);
            if (provider.TryGet(key, out var value))
            {
                settings[key] = value ?? "";
            }

            Collect(provider, key, settings);
        }
    }
}
