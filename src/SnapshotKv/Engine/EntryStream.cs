using SnapshotKv.Format;
using SnapshotKv.Keyspace;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>
/// All entries of one instant between two commits, handed over part by part while writers go on. Nobody needs to hold them all: what was handed over is of no concern any more, and what is changed
/// before that is kept by the writers.
/// </summary>
/// <remarks>For one thread. Writers do a little more until it is disposed.</remarks>
/// <param name="capture">What was begun at the instant.</param>
/// <param name="gate">The commit gate.</param>
/// <param name="sequence">The last commit that is in it.</param>
/// <param name="hasDeadlines">Whether any of them expires.</param>
internal sealed class EntryStream(TableCapture capture, Lock gate, ulong sequence, bool hasDeadlines) : IRecordSource, IDisposable
{
    /// <summary>The last commit that is in it.</summary>
    public ulong Sequence => sequence;

    /// <summary>How many entries are handed over, altogether.</summary>
    public int Count => capture.Count;

    /// <summary>Is shown each entry that is handed over; null for nobody.</summary>
    public SnapshotTelling? Telling { get; set; }

    /// <summary>Leaves out what is dead at an instant. To be called before the first are taken.</summary>
    /// <param name="now">The instant, in Unix nanoseconds.</param>
    public void LeaveOutExpired(long now)
    {
        if (hasDeadlines)
        {
            capture.LeaveOutExpired(now, gate);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="KvStoreException">See <see cref="TableCapture.NextBlock"/>.</exception>
    public ReadOnlySpan<Record> Next()
    {
        var records = capture.NextBlock(gate);
        Telling?.Show(records);
        return records;
    }

    /// <summary>All entries at once; to be called before any was taken.</summary>
    /// <exception cref="KvStoreException">See <see cref="TableCapture.NextBlock"/>.</exception>
    public Record[] ToArray()
    {
        var records = new Record[Count];
        var count = 0;
        for (var part = Next(); !part.IsEmpty; part = Next())
        {
            count += part.Length;
            SnapshotWriter.ThrowIfMoreThanAnnounced(records.Length, count);
            part.CopyTo(records.AsSpan(count - part.Length));
        }

        SnapshotWriter.ThrowIfNotAsAnnounced(records.Length, count);
        return records;
    }

    public void Dispose()
    {
        lock (gate)
        {
            capture.End();
        }
    }
}
