namespace SnapshotKv.Journal;

/// <summary>A file that by its name is a segment of the journal.</summary>
/// <param name="Ordinal">Its place in the order of all.</param>
/// <param name="FileName">Its name in the directory.</param>
/// <param name="Length">Its size in bytes, as the directory tells it.</param>
internal readonly record struct JournalFile(ulong Ordinal, string FileName, long Length);
