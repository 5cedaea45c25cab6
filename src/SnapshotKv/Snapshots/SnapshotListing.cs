namespace SnapshotKv.Snapshots;

/// <summary>What is in a store's <c>snapshots</c> directory.</summary>
/// <param name="Candidates">The snapshots, newest first; those of a custom codec of Go's included, which only their content can judge.</param>
/// <param name="Ignored">Files that begin like snapshots and are none by their name: neither loaded nor deleted, for a warning in the log. In byte order.</param>
internal sealed record SnapshotListing(IReadOnlyList<SnapshotFile> Candidates, IReadOnlyList<string> Ignored);
