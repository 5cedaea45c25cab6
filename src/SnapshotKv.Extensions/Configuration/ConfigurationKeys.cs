using System.Text;
using Microsoft.Extensions.Configuration;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>The rules for keys and prefixes of a configuration, and where its bookkeeping lies.</summary>
internal static class ConfigurationKeys
{
    /// <summary>The section of the stores' own settings. It says where the store is, so a store can never be asked for it.</summary>
    public const string OwnSection = StoreSettings.SectionName;

    /// <summary>What all bookkeeping of adapters begins with; no configuration may lie there.</summary>
    public const string Bookkeeping = "snapshotkv:";

    /// <summary>What the bookkeeping of all configurations begins with.</summary>
    public const string OwnBookkeeping = Bookkeeping + "config-";

    /// <summary>The longest prefix, in UTF-16 code units.</summary>
    public const int MaxPrefixLength = 1_024;

    /// <summary>The longest key with its prefix that a store takes, in bytes of UTF-8.</summary>
    public const int MaxKeyBytes = 65_535;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The revision a configuration is at, and what that knows of the ones before.</summary>
    public static string Head(string prefix) => $"{OwnBookkeeping}head:{prefix}";

    /// <summary>One revision. Padded, so that a listing of the store is in order.</summary>
    public static string History(string prefix, long revision) => $"{OwnBookkeeping}history:{prefix}{revision:D20}";

    /// <summary>The last set that passed the validation.</summary>
    public static string LastGood(string prefix) => $"{OwnBookkeeping}good:{prefix}";

    /// <summary>
    /// Has the bookkeeping left as it is when somebody restores the store: who changed what stays known, no revision's number is given twice, and the last good set is still the last that was good.
    /// </summary>
    public static void ProtectBookkeeping(IKvStore store) => (store as IKvSnapshots)?.Protect(OwnBookkeeping);

    public static bool IsInOwnSection(string key) => IsInSection(key, OwnSection);

    /// <summary>Whether a key is a section or lies in it; all keys lie in the section without a name.</summary>
    public static bool IsInSection(string key, string section) =>
        section.Length == 0
        || (key.StartsWith(section, StringComparison.OrdinalIgnoreCase)
            && (key.Length == section.Length || key[section.Length] == ConfigurationPath.KeyDelimiter[0]));

    /// <summary>What is wrong with a prefix; null when it is good.</summary>
    public static string? FaultOfPrefix(string? prefix) =>
        string.IsNullOrEmpty(prefix) ? "must not be empty: the rest of the store is no configuration"
        : prefix.Length > MaxPrefixLength ? $"must have at most {MaxPrefixLength} characters; it has {prefix.Length}"
        : CountBytes(prefix) is null ? "must be well-formed text; it has an unpaired surrogate"
        : prefix.StartsWith(Bookkeeping, StringComparison.Ordinal) || Bookkeeping.StartsWith(prefix, StringComparison.Ordinal)
            ? $"must not overlap with '{Bookkeeping}', where the bookkeeping lies; it is '{prefix}'"
        : null;

    /// <summary>Refuses a key that cannot be written.</summary>
    /// <exception cref="ArgumentException">The key is empty, has an empty segment, is too long or not well-formed, or lies in the stores' own section.</exception>
    public static void ThrowIfNotWritable(string prefix, string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (key.Split(ConfigurationPath.KeyDelimiter[0]).Any(static segment => segment.Length == 0))
        {
            throw new ArgumentException($"The key '{key}' has an empty segment; write it as 'section:name'.", nameof(key));
        }

        if (IsInOwnSection(key))
        {
            throw new ArgumentException($"The key '{key}' belongs to the section '{OwnSection}', which says where and how stores are opened and is never read from a store. Set it in another source.", nameof(key));
        }

        var bytes = CountBytes(prefix + key) ?? throw new ArgumentException("The key has an unpaired surrogate.", nameof(key));
        if (bytes > MaxKeyBytes)
        {
            throw new ArgumentException($"The key takes {bytes} bytes of UTF-8 with the prefix '{prefix}'; at most {MaxKeyBytes} are allowed. It begins with '{key[..32]}'.", nameof(key));
        }
    }

    /// <summary>Refuses a key whose segments begin or end with blanks: it looks like another one, and nobody who means that one reads it.</summary>
    /// <exception cref="ArgumentException">A segment has blanks at its ends.</exception>
    public static void ThrowIfPadded(string key)
    {
        var segments = key.Split(ConfigurationPath.KeyDelimiter[0]);
        if (segments.Any(static segment => segment.Length != segment.Trim().Length))
        {
            throw new ArgumentException(
                $"The key '{key}' has blanks at the ends of a segment; write it as '{string.Join(ConfigurationPath.KeyDelimiter, segments.Select(static segment => segment.Trim()))}'.",
                nameof(key));
        }
    }

    private static int? CountBytes(string text)
    {
        try
        {
            return StrictUtf8.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }
}
