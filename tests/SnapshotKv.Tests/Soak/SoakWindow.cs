namespace SnapshotKv.Tests.Soak;

/// <summary>The least that was seen of each in half a minute: what comes and goes is left out, what only grows is not.</summary>
internal sealed class SoakWindow
{
    public long ManagedBytes { get; private set; } = long.MaxValue;

    public long Handles { get; private set; } = long.MaxValue;

    public long DirectoryBytes { get; private set; } = long.MaxValue;

    public long Commits { get; set; }

    public void Note(long managedBytes, long handles, long directoryBytes)
    {
        ManagedBytes = Math.Min(ManagedBytes, managedBytes);
        Handles = Math.Min(Handles, handles);
        DirectoryBytes = Math.Min(DirectoryBytes, directoryBytes);
    }
}
