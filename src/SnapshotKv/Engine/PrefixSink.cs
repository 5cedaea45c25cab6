using SnapshotKv.Format;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>Hands on the entries whose keys begin with a prefix; the others are read and forgotten.</summary>
internal sealed class PrefixSink(byte[] prefix, ISnapshotSink next) : ISnapshotSink
{
    public void Expect(int count)
    {
        if (prefix.Length == 0)
        {
            next.Expect(count);
        }
    }

    public void Add(Record record)
    {
        if (record.Key.StartsWith(prefix))
        {
            next.Add(record);
        }
    }

    public void Restart() => next.Restart();
}
