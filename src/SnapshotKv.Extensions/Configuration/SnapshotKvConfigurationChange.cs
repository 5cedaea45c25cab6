namespace SnapshotKv.Extensions.Configuration;

/// <summary>Operations on a configuration to be carried out together, in their order, with who wants them and why.</summary>
/// <remarks>Not thread-safe while being made. Keys are checked when it is applied.</remarks>
public sealed class SnapshotKvConfigurationChange
{
    private readonly List<Action<ConfigurationDraft>> _operations = [];

    /// <summary>Who makes the change; kept in the history.</summary>
    public string? Author { get; init; }

    /// <summary>Why; kept in the history.</summary>
    public string? Reason { get; init; }

    /// <summary>The version that the configuration must have, <see cref="SnapshotKvConfigurationValues.Version"/>; null for any.</summary>
    public string? ExpectedVersion { get; init; }

    /// <summary>Sets a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The text; null hides what earlier sources say.</param>
    /// <returns>This change.</returns>
    public SnapshotKvConfigurationChange Set(string key, string? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Add(draft => draft.Set(key, value));
    }

    /// <summary>Removes a key, so that earlier sources have the say again. Keys below it stay.</summary>
    /// <param name="key">The key.</param>
    /// <returns>This change.</returns>
    public SnapshotKvConfigurationChange Remove(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Add(draft => draft.Remove(key));
    }

    /// <summary>Removes a section: its own value and all keys below it.</summary>
    /// <param name="section">The section; empty for the whole configuration.</param>
    /// <returns>This change.</returns>
    public SnapshotKvConfigurationChange RemoveSection(string section) => ReplaceSection(section, []);

    /// <summary>Gives a section these keys, and no others.</summary>
    /// <param name="section">The section; empty for the whole configuration.</param>
    /// <param name="values">The keys below the section, without it, and their values; copied.</param>
    /// <returns>This change.</returns>
    public SnapshotKvConfigurationChange ReplaceSection(string section, IEnumerable<KeyValuePair<string, string?>> values)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(values);
        List<KeyValuePair<string, string?>> copy = [.. values];
        return Add(draft => draft.ReplaceSection(section, copy));
    }

    internal void ApplyTo(ConfigurationDraft draft) => _operations.ForEach(operation => operation(draft));

    private SnapshotKvConfigurationChange Add(Action<ConfigurationDraft> operation)
    {
        _operations.Add(operation);
        return this;
    }
}
