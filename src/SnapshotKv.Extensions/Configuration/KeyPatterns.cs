using System.IO.Enumeration;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>Patterns of keys, ignoring case, in which <c>*</c> stands for any text and <c>?</c> for one character.</summary>
internal static class KeyPatterns
{
    /// <summary>What usually is nobody's business.</summary>
    public static readonly IReadOnlyList<string> Defaults =
    [
        "*password*", "*passwd*", "*pwd*", "*passphrase*", "pass", "*:pass", "*secret*", "*token*", "*credential*", "*apikey*", "*api_key*", "*api-key*", "*accesskey*", "*accountkey*",
        "*privatekey*", "*signingkey*", "*encryption*key*", "*connectionstring*",
    ];

    public static bool MatchesAny(IEnumerable<string> patterns, string key) =>
        patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, key, ignoreCase: true));
}
