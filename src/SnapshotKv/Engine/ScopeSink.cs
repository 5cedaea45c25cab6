using SnapshotKv.Format;
using SnapshotKv.Keyspace;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>Hands on what a restore brings of a snapshot: the entries that it is about, without those that have expired, and with another number than theirs, since their versions are the restore's.</summary>
/// <param name="scope">What the restore is about.</param>
/// <param name="now">The instant of the restore in Unix nanoseconds.</param>
/// <param name="sequence">What stands in the place of their numbers: see <see cref="RecordVersions.NextMark"/>.</param>
/// <param name="next">Takes the entries.</param>
internal sealed class ScopeSink(RestoreScope scope, long now, ulong sequence, ISnapshotSink next) : ISnapshotSink
{
    public void Expect(int count)
    {
        if (scope.Prefix.Length == 0)
        {
            next.Expect(count);
        }
    }

    public void Add(Record record)
    {
        if (scope.Includes(record) && !record.IsExpiredAt(now))
        {
            record.SetSequence(sequence);
            next.Add(record);
        }
    }

    public void Restart() => next.Restart();
}
