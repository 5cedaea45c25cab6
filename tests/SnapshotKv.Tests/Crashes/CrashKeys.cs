namespace SnapshotKv.Tests.Crashes;

/// <summary>Names that the workload and the looking at its outcome have in common.</summary>
internal static class CrashKeys
{
    /// <summary>The partition whose values are written by serializers of the user's.</summary>
    public const string Serialized = "typed:";

    public static readonly string[] Serializers = ["first", "second"];
}
