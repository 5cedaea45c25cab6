using SnapshotKv.Format;

namespace SnapshotKv.Engine;

/// <summary>Which entries a restore is about: those under its prefix, without those under protected ones, which are never rolled back.</summary>
/// <param name="Prefix">What the keys begin with; empty for all.</param>
/// <param name="Protected">The protected prefixes under it.</param>
internal sealed record RestoreScope(byte[] Prefix, IReadOnlyList<byte[]> Protected)
{
    /// <summary>Whether nothing stays as it is.</summary>
    public bool IsEverything => Prefix.Length == 0 && Protected.Count == 0;

    /// <param name="prefix">The prefix of the restore.</param>
    /// <param name="all">All protected prefixes.</param>
    /// <param name="hindrance">The protected prefix that the prefix lies in, so that there would be nothing to restore; null for none.</param>
    public static RestoreScope Create(byte[] prefix, IReadOnlyList<byte[]> all, out byte[]? hindrance)
    {
        hindrance = all.FirstOrDefault(one => prefix.AsSpan().StartsWith(one));
        return new(prefix, [.. all.Where(one => one.AsSpan().StartsWith(prefix))]);
    }

    /// <summary>Whether an entry is one that the restore brings or takes away. Keys that are not UTF-8 lie under no prefix, and so only in the whole.</summary>
    public bool Includes(Record record)
    {
        var key = record.Key;
        if (!key.StartsWith(Prefix) || (Prefix.Length > 0 && (record.Flags & RecordFlags.OpaqueKey) != 0))
        {
            return false;
        }

        foreach (var one in Protected)
        {
            if (key.StartsWith(one))
            {
                return false;
            }
        }

        return true;
    }
}
