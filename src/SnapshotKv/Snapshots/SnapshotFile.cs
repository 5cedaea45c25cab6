namespace SnapshotKv.Snapshots;

/// <summary>A file that by its name is a snapshot.</summary>
/// <param name="Name">Its name, taken apart.</param>
/// <param name="FileName">Its name as it stands in the directory.</param>
/// <param name="SizeBytes">Its size.</param>
internal readonly record struct SnapshotFile(SnapshotName Name, string FileName, long SizeBytes)
{
    public SnapshotInfo ToInfo() => new(FileName, SizeBytes, Name.Time, Name.Counter);
}
