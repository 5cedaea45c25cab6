using SnapshotKv.Format;

namespace SnapshotKv.Engine;

/// <content>Captures: all entries as they are between two commits. Snapshots, restores and the first building of an index begin with one.</content>
internal sealed partial class CommitPipeline
{
    /// <summary>All entries as they are at the instant at which a call is made, to be handed over part by part. Writers go on meanwhile; to be disposed.</summary>
    /// <param name="atTheInstant">The call, between two commits; short, for writers wait.</param>
    public EntryStream BeginCapture(Action atTheInstant)
    {
        lock (_gate)
        {
            atTheInstant();
            var capture = Table.BeginCapture();
            try
            {
                return new(capture, _gate, _sequence, Table.ExpiringCount > 0);
            }
            catch
            {
                capture.End();
                throw;
            }
        }
    }

    /// <summary>All entries as they are between two commits, dead ones too, in no order. Writers go on meanwhile.</summary>
    public Record[] Capture() => Capture(static () => { });

    /// <summary>All entries as they are at the instant at which a call is made, dead ones too, in no order. Writers go on meanwhile.</summary>
    /// <param name="atTheInstant">The call, between two commits; short, for writers wait.</param>
    public Record[] Capture(Action atTheInstant)
    {
        using var entries = BeginCapture(atTheInstant);
        return entries.ToArray();
    }

    /// <summary>All entries that are alive now, as they are between two commits, in no order. Writers go on meanwhile.</summary>
    public Record[] CaptureLive()
    {
        using var entries = BeginCapture(static () => { });
        entries.LeaveOutExpired(_clock.Now);
        return entries.ToArray();
    }
}
