using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>What a writer starts from: the configuration and its history as of one point in time.</summary>
/// <param name="Head">Where the history stands.</param>
/// <param name="Entries">The entries.</param>
/// <param name="EntryVersions">The versions of the entries, by their whole keys.</param>
/// <param name="Set">What they mean.</param>
internal sealed record ConfigurationState(
    ConfigurationHead Head,
    ConfigurationEntries Entries,
    IReadOnlyDictionary<string, long> EntryVersions,
    ConfigurationSet Set)
{
    private const int MostTries = 64;
    private const int HashBytesShown = 16;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    public static ConfigurationState Read(IKvStore store, string prefix, ConfigurationHistory history)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            var head = history.ReadHead();
            var versions = new Dictionary<string, long>(StringComparer.Ordinal);
            var entries = ConfigurationReader.Read(store, prefix, versions);
            if (history.ReadHead() == head)
            {
                return new(head, entries, versions, ConfigurationDecoder.Decode(prefix, entries));
            }
        }

        throw new KvConflictException($"The configuration under '{prefix}' was written during each of {MostTries} readings; something writes to it without end.");
    }

    /// <summary>
    /// Stands for the revision and the entries as they are kept: unlike the store's own versions it is the same after a restart, and it tells of what was changed, or removed, around
    /// the writer too.
    /// </summary>
    public string GetVersion() => VersionOf(Head.Revision, Entries.Values);

    /// <summary>The version once a revision has written this over the entries.</summary>
    public string GetVersionAfter(long revision, IReadOnlyDictionary<string, ReadOnlyMemory<byte>?> writes)
    {
        var values = new Dictionary<string, ReadOnlyMemory<byte>>(Entries.Values, StringComparer.Ordinal);
        foreach (var (key, value) in writes)
        {
            if (value is { } written)
            {
                values[key] = written;
            }
            else
            {
                values.Remove(key);
            }
        }

        return VersionOf(revision, values);
    }

    /// <summary>The revision in a version.</summary>
    /// <returns>False when it is no version.</returns>
    public static bool TryGetRevision(string version, out long revision)
    {
        var dash = Math.Max(0, version.IndexOf('-', StringComparison.Ordinal));
        var hash = version.AsSpan(Math.Min(dash + 1, version.Length));
        return long.TryParse(version.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out revision)
            && hash.Length == 2 * HashBytesShown
            && !hash.ContainsAnyExcept(HexDigits);
    }

    private static string VersionOf(long revision, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> values)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (key, value) in values.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            Append(hash, Encoding.UTF8.GetBytes(key));
            Append(hash, value.Span);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{revision}-{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, HashBytesShown))}");
    }

    private static void Append(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        // With its length, so that no two sets look alike.
        hash.AppendData(BitConverter.GetBytes(bytes.Length));
        hash.AppendData(bytes);
    }
}
