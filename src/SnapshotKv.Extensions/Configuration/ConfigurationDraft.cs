using System.Buffers;
using Microsoft.Extensions.Configuration;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>A configuration that is being changed, and what that takes in the store.</summary>
/// <remarks>
/// <para>Not thread-safe.</para>
/// <para>An entry that holds a map or a list becomes, when one of its keys is changed, one entry of text for each key: what it means as a configuration stays the same.</para>
/// </remarks>
internal sealed class ConfigurationDraft
{
    private readonly ConfigurationSet _before;
    private readonly ConfigurationSet _set;
    private readonly HashSet<string> _touchedEntries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _repaired = new(StringComparer.OrdinalIgnoreCase);
    private bool _isChanged;

    public ConfigurationDraft(ConfigurationSet before)
    {
        _before = before;
        _set = new ConfigurationSet(before.Prefix);
        _set.Values.AddRange(before.Values);
        foreach (var (entry, problem) in before.Unreadable)
        {
            _set.Unreadable.Add(entry, problem);
        }
    }

    /// <summary>Whether anything has to be written.</summary>
    public bool IsChanged => _isChanged;

    public void Set(string key, string? value)
    {
        ConfigurationKeys.ThrowIfNotWritable(_set.Prefix, key);
        ConfigurationKeys.ThrowIfPadded(key);
        Put(key, value);
    }

    /// <summary>Gives a key back what it had once. Unlike what somebody asks for anew, it is not held against the key how it was spelled.</summary>
    public void PutBack(string key, bool existed, string? value)
    {
        if (existed)
        {
            Put(key, value);
        }
        else
        {
            RemoveAll(other => IsSame(other, key));
        }
    }

    /// <summary>Gives a section back the keys that it had once, and no others.</summary>
    /// <param name="section">The section; empty for the whole configuration.</param>
    /// <param name="once">The whole configuration as it was; keys ignore case.</param>
    public void PutBackSection(string section, Dictionary<string, string?> once)
    {
        RemoveAll(key => ConfigurationKeys.IsInSection(key, section) && !once.ContainsKey(key));
        foreach (var (key, value) in once.Where(pair => ConfigurationKeys.IsInSection(pair.Key, section)))
        {
            Put(key, value);
        }
    }

    public void Remove(string key)
    {
        ConfigurationKeys.ThrowIfNotWritable(_set.Prefix, key);
        RemoveAll(other => IsSame(other, key));
    }

    public void ReplaceSection(string section, IReadOnlyList<KeyValuePair<string, string?>> values)
    {
        if (section.Length > 0)
        {
            ConfigurationKeys.ThrowIfNotWritable(_set.Prefix, section);
        }

        var wanted = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in values)
        {
            var key = section.Length > 0 ? ConfigurationPath.Combine(section, name) : name;
            if (!wanted.TryAdd(key, value))
            {
                throw new ArgumentException($"The key '{key}' is given twice; keys ignore case.", nameof(values));
            }
        }

        RemoveAll(key => ConfigurationKeys.IsInSection(key, section) && !wanted.ContainsKey(key));
        foreach (var (key, value) in wanted)
        {
            Set(key, value);
        }
    }

    /// <summary>The value that a key had before; of several that differ only in case the first.</summary>
    public bool TryGetBefore(string key, out string? value)
    {
        var index = _before.Values.FindIndex(other => IsSame(other.Key, key));
        value = index < 0 ? null : _before.Values[index].Value;
        return index >= 0;
    }

    /// <summary>The result.</summary>
    /// <exception cref="SnapshotKvConfigurationException">It cannot be a configuration.</exception>
    public Dictionary<string, string?> ToData() => _set.ToData();

    /// <summary>What the result changes, in the order of the keys.</summary>
    public IReadOnlyList<SnapshotKvConfigurationValueChange> GetChanges(Dictionary<string, string?> after)
    {
        var changes = new List<SnapshotKvConfigurationValueChange>();
        foreach (var (key, value) in after)
        {
            var existed = TryGetBefore(key, out var before);
            if (!existed || before != value)
            {
                changes.Add(new(key, existed, before, Exists: true, value));
            }
        }

        foreach (var gone in _before.Values.DistinctBy(static value => value.Key, StringComparer.OrdinalIgnoreCase).Where(value => !after.ContainsKey(value.Key)))
        {
            changes.Add(new(gone.Key, Existed: true, gone.Value, Exists: false, After: null));
        }

        // What could not be read before is named at least.
        changes.AddRange(_repaired.Where(key => !after.ContainsKey(key)).Select(static key => new SnapshotKvConfigurationValueChange(key, false, null, false, null)));
        return [.. changes.OrderBy(static change => change.Key, StringComparer.Ordinal)];
    }

    /// <summary>What has to be written: whole keys, with the prefix, and encoded values; null where an entry is removed.</summary>
    public Dictionary<string, ReadOnlyMemory<byte>?> GetWrites(IKvSerializer serializer)
    {
        var writes = _touchedEntries.ToDictionary(entry => _set.Prefix + entry, static _ => (ReadOnlyMemory<byte>?)null, StringComparer.Ordinal);
        foreach (var value in _set.Values.Where(value => value.Entry is null || _touchedEntries.Contains(value.Entry)))
        {
            var buffer = new ArrayBufferWriter<byte>();
            serializer.Serialize(value.Value, buffer);
            writes[_set.Prefix + value.Key] = buffer.WrittenMemory;
        }

        return writes;
    }

    private static bool IsSame(string key, string other) => key.Equals(other, StringComparison.OrdinalIgnoreCase);

    private void Put(string key, string? value)
    {
        var known = _set.Values.FindAll(other => IsSame(other.Key, key));
        if (known is [{ } only] && only.Value == value && !_set.Unreadable.Keys.Any(entry => IsSame(entry, key)))
        {
            return;
        }

        RemoveAll(other => IsSame(other, key));
        _set.Values.Add(new(known.Count > 0 ? known[0].Key : key, value, Entry: null));
        _isChanged = true;
    }

    private void RemoveAll(Predicate<string> isGone)
    {
        foreach (var value in _set.Values.Where(value => isGone(value.Key)))
        {
            _isChanged = true;
            if (value.Entry is not null)
            {
                _touchedEntries.Add(value.Entry);
            }
        }

        _set.Values.RemoveAll(value => isGone(value.Key));
        foreach (var entry in _set.Unreadable.Keys.Where(entry => isGone(entry)).ToList())
        {
            _isChanged = true;
            _set.Unreadable.Remove(entry);
            _touchedEntries.Add(entry);
            _repaired.Add(entry);
        }
    }
}
