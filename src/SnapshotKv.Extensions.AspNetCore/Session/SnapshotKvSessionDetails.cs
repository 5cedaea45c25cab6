using System.Diagnostics.CodeAnalysis;

namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>A session with what is in it, at the moment when it was looked at. It does not change with the session.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class SnapshotKvSessionDetails
{
    private readonly IReadOnlyDictionary<string, byte[]> _values;

    internal SnapshotKvSessionDetails(SnapshotKvSessionInfo session, IReadOnlyDictionary<string, byte[]> values)
    {
        Session = session;
        _values = values;
        ValueSizes = values.ToDictionary(pair => pair.Key, pair => pair.Value.Length, StringComparer.Ordinal);
    }

    /// <summary>What a list tells of the session.</summary>
    public SnapshotKvSessionInfo Session { get; }

    /// <summary>The keys in the session, each with the length of its value in bytes.</summary>
    public IReadOnlyDictionary<string, int> ValueSizes { get; }

    /// <summary>Reads what is under a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">A fresh copy of the bytes; null when there are none. Text set by <c>SetString</c> is UTF-8.</param>
    /// <returns>Whether the key is there.</returns>
    public bool TryGetValue(string key, [NotNullWhen(true)] out byte[]? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        value = _values.GetValueOrDefault(key)?.AsSpan().ToArray();
        return value is not null;
    }
}
