namespace SnapshotKv.Extensions.Configuration;

/// <summary>Where the history of a configuration stands.</summary>
/// <param name="Revision">The last revision; 0 for none.</param>
/// <param name="Oldest">The oldest one that is kept; 1 when there is none yet.</param>
/// <param name="EntryVersion">The version of the entry that says so; 0 when there is none.</param>
internal readonly record struct ConfigurationHead(long Revision, long Oldest, long EntryVersion);
