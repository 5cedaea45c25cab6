using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>Makes configuration keys and texts of entries.</summary>
internal static class ConfigurationDecoder
{
    public static ConfigurationSet Decode(string prefix, ConfigurationEntries entries)
    {
        var set = new ConfigurationSet(prefix);
        var serializer = KvSerializer.Native(entries.Format);
        foreach (var (key, encoded) in entries.Values.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            var entry = key[prefix.Length..];
            if (ConfigurationKeys.IsInOwnSection(entry))
            {
                set.Skipped.Add(entry);
                continue;
            }

            AddEntry(set, entry, serializer, encoded);
        }

        return set;
    }

    private static void AddEntry(ConfigurationSet set, string entry, IKvSerializer serializer, ReadOnlyMemory<byte> encoded)
    {
        var begin = set.Values.Count;
        try
        {
            Add(set, entry, entry, serializer.Deserialize<object>(new ReadOnlySequence<byte>(encoded)));
        }
        catch (Exception exception) when (exception is KvSerializationException or NotSupportedException)
        {
            // All of an entry or nothing.
            set.Values.RemoveRange(begin, set.Values.Count - begin);
            set.Unreadable[entry] = $"The value under '{set.Prefix}{entry}' cannot be text: {exception.Message}";
        }
    }

    private static void Add(ConfigurationSet set, string entry, string key, object? value)
    {
        switch (value)
        {
            case Dictionary<string, object?> { Count: > 0 } members:
                foreach (var (name, member) in members)
                {
                    Add(set, entry, Combine(key, name), member);
                }

                break;

            case List<object?> { Count: > 0 } elements:
                for (var i = 0; i < elements.Count; i++)
                {
                    Add(set, entry, Combine(key, i.ToString(CultureInfo.InvariantCulture)), elements[i]);
                }

                break;

            default:
                AddText(set, entry, key, ToText(value));
                break;
        }
    }

    /// <summary>A map in a key's place can also name the stores' own section.</summary>
    private static void AddText(ConfigurationSet set, string entry, string key, string? text)
    {
        if (ConfigurationKeys.IsInOwnSection(key))
        {
            set.Skipped.Add(key);
        }
        else
        {
            set.Values.Add(new(key, text, entry));
        }
    }

    /// <summary>As the JSON provider writes it: an empty map is null, an empty list the empty text.</summary>
    private static string? ToText(object? value) => value switch
    {
        null or Dictionary<string, object?> => null,
        List<object?> => string.Empty,
        string text => text,
        bool truth => truth ? bool.TrueString : bool.FalseString,
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        DateTimeOffset instant => instant.ToString("O", CultureInfo.InvariantCulture),
        byte[] => throw new NotSupportedException("it is bytes, or was written by a serializer of the application's own. Write it as text, for instance as base64."),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException($"it is a {value.GetType().Name}."),
    };

    private static string Combine(string key, string segment) => key.Length == 0 ? segment : ConfigurationPath.Combine(key, segment);
}
