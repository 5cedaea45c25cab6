namespace SnapshotKv.Extensions.Configuration;

/// <summary>What the entries under a prefix mean as a configuration, good or not.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class ConfigurationSet(string prefix)
{
    public string Prefix { get; } = prefix;

    /// <summary>All keys and values, in the order of the entries' keys.</summary>
    public List<ConfigurationValue> Values { get; } = [];

    /// <summary>Entries that no text can be made of: their keys without the prefix, and what is wrong with each.</summary>
    public Dictionary<string, string> Unreadable { get; } = new(StringComparer.Ordinal);

    /// <summary>Keys that lie in the stores' own section and are left out.</summary>
    public List<string> Skipped { get; } = [];

    /// <summary>The set as a provider serves it.</summary>
    /// <exception cref="SnapshotKvConfigurationException">Entries are unreadable, or keys differ only in case.</exception>
    public Dictionary<string, string?> ToData()
    {
        var problems = new List<string>(Unreadable.Values);
        var data = new Dictionary<string, ConfigurationValue>(Values.Count, StringComparer.OrdinalIgnoreCase);
        foreach (var value in Values)
        {
            if (!data.TryAdd(value.Key, value))
            {
                problems.Add(Collision(data[value.Key], value));
            }
        }

        return problems.Count > 0
            ? throw new SnapshotKvConfigurationException(Prefix, problems)
            : data.ToDictionary(static pair => pair.Key, static pair => pair.Value.Value, StringComparer.OrdinalIgnoreCase);
    }

    private static string Collision(ConfigurationValue first, ConfigurationValue second) => first.Key == second.Key
        ? $"The entries '{first.Entry}' and '{second.Entry}' both give the key '{first.Key}'; remove one."
        : $"The keys '{first.Key}' and '{second.Key}' differ only in case, which a configuration cannot tell apart; remove one.";
}
