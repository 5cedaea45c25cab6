using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <content>Captures: all entries as they are between two commits. Snapshots, restores and the first building of an index begin with one.</content>
internal sealed partial class CommitPipeline
{
    /// <summary>One capture at a time, which takes some milliseconds for a million entries. Taken before the gate, never in it.</summary>
    private readonly Lock _capturing = new();

    /// <summary>All entries as they are between two commits. Writers go on meanwhile.</summary>
    public Capture Capture() => Capture(static () => { });

    /// <summary>All entries as they are at the instant at which a call is made. Writers go on meanwhile.</summary>
    /// <param name="atTheInstant">The call, between two commits; short, for writers wait.</param>
    public Capture Capture(Action atTheInstant)
    {
        lock (_capturing)
        {
            var room = NewRoom();
            TableCapture capture;
            ulong sequence;
            bool hasDeadlines;
            lock (_gate)
            {
                atTheInstant();
                room = room.Length >= Table.CaptureRoom ? room : new Record[Table.CaptureRoom];
                sequence = _sequence;
                hasDeadlines = Table.ExpiringCount > 0;
                capture = Table.BeginCapture(room);
            }

            Gather(capture);
            return new(sequence, capture.ToRecords(), hasDeadlines);
        }
    }

    private void Gather(TableCapture capture)
    {
        try
        {
            while (capture.GatherBlock(_gate))
            {
                // Writers come in between.
            }
        }
        finally
        {
            lock (_gate)
            {
                capture.End();
            }
        }
    }

    /// <summary>Room for the table and some growth, made before the gate is taken, and touched, so that the kernel hands it over before a writer needs it who puts records by.</summary>
    private Record[] NewRoom()
    {
        var room = new Record[Table.CaptureRoom + (Table.Count / 16)];
        Array.Clear(room);
        return room;
    }
}
