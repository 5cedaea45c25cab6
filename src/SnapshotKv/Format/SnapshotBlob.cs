namespace SnapshotKv.Format;

/// <summary>What a snapshot tells of one blob: from which commit on an entry referred to it, and from which on none did.</summary>
/// <param name="Id">The blob's id.</param>
/// <param name="Created">The number of the first commit that referred to it; 0 when that is not known.</param>
/// <param name="Retired">The number of the first commit after which nothing refers to it; 0 while something does.</param>
internal readonly record struct SnapshotBlob(Guid Id, ulong Created, ulong Retired);
