namespace SnapshotKv.Extensions.Configuration;

/// <summary>One key and value of a configuration, and the entry it comes from.</summary>
/// <param name="Key">The key in the configuration.</param>
/// <param name="Value">The text; null is a value too.</param>
/// <param name="Entry">The entry's key without the prefix: the same as the key, or where a map or a list was flattened its beginning. Null for one that is not in the store yet.</param>
internal readonly record struct ConfigurationValue(string Key, string? Value, string? Entry);
