namespace SnapshotKv.Tests.Histories;

/// <summary>The keys that histories use: few, so that threads meet, and two of them under one prefix.</summary>
internal static class HistoryKeys
{
    public const string Prefix = "k:";
    public const string Tag = "t";

    public static readonly string[] All = [Prefix + "a", Prefix + "b", "other"];

    public static int IndexOf(string key) => Array.IndexOf(All, key);

    public static string Draw(Random random) => All[random.Next(All.Length)];

    /// <summary>Some keys, none twice.</summary>
    public static string[] Draw(Random random, int count)
    {
        var keys = All.ToArray();
        random.Shuffle(keys);
        return keys[..count];
    }
}
