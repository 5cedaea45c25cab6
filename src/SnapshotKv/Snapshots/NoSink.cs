using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>For reading only what a snapshot says of itself.</summary>
internal sealed class NoSink : ISnapshotSink
{
    public static NoSink Instance { get; } = new();

    public void Expect(int count)
    {
    }

    public void Add(Record record)
    {
    }

    public void Restart()
    {
    }
}
