using System.Text;

namespace SnapshotKv.Tests.Store.Model;

/// <summary>The keys of model runs: few, some under common prefixes, some whose order in UTF-16 is not that of their bytes.</summary>
internal static class ModelKeys
{
    public static readonly string[] All = ["", "a", "a:1", "a:2", "a:10", "b", "b:é", "b:\U0001F600", "b:\uFF5E", "c"];

    public static readonly string[] Prefixes = ["", "a", "a:", "b:", "zz"];

    public static readonly string[] Tags = ["red", "green", "re"];

    /// <summary>The order in which a store lists keys.</summary>
    public static readonly Comparer<string> ByBytes =
        Comparer<string>.Create((left, right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)));

    public static string Draw(Random random) => All[random.Next(All.Length)];

    /// <summary>Tags for an entry: mostly none.</summary>
    public static string[] DrawTags(Random random) => random.Next(3) > 0 ? [] : [.. Tags.Where(_ => random.Next(2) == 0)];

    public static string DrawTag(Random random) => Tags[random.Next(Tags.Length)];

    public static string DrawPrefix(Random random) => Prefixes[random.Next(Prefixes.Length)];
}
