namespace SnapshotKv.Tests.Crashes;

/// <summary>A snapshot that is pinned.</summary>
/// <param name="FileName">The name of its file.</param>
/// <param name="Keys">The keys that are in it, in their order.</param>
internal sealed record PinnedState(string FileName, IReadOnlyList<string> Keys);
