namespace SnapshotKv.Extensions.Configuration;

/// <summary>Compares two sets: keys ignore case, values are compared exactly, and a null value is not a missing one.</summary>
internal static class ConfigurationDifference
{
    public static bool IsNone(IDictionary<string, string?> before, IDictionary<string, string?> after) =>
        before.Count == after.Count && after.All(pair => Has(before, pair.Key, pair.Value));

    /// <summary>The keys that were set, changed or removed, in order.</summary>
    public static IReadOnlyList<string> Keys(IDictionary<string, string?> before, IDictionary<string, string?> after) =>
    [
        .. after.Where(pair => !Has(before, pair.Key, pair.Value)).Select(static pair => pair.Key)
            .Concat(before.Keys.Where(key => !after.ContainsKey(key)))
            .Order(StringComparer.Ordinal),
    ];

    private static bool Has(IDictionary<string, string?> data, string key, string? value) => data.TryGetValue(key, out var other) && other == value;
}
