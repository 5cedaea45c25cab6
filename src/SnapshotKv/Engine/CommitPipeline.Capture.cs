using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <content>Captures: all entries as they are between two commits. Snapshots, restores and the first building of an index begin with one.</content>
internal sealed partial class CommitPipeline
{
    /// <summary>One capture at a time, which takes some milliseconds for a million entries. Taken before the gate, never in it.</summary>
    private readonly Lock _capturing = new();

    /// <summary>
    /// The array of a capture that nobody needs any more, for the next one. Eight megabytes for a million entries, asked for anew with each save, soon make the collector go through the whole heap, and now
    /// and then with all threads stopped. Held weakly: a store that saves seldom gives it back.
    /// </summary>
    private WeakReference<Record[]>? _spare;

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

    /// <summary>Nobody looks at what was captured any more.</summary>
    public void Return(Capture capture)
    {
        // Whole: what it refers to would live as long as the array.
        var room = capture.Records.Array!;
        Array.Clear(room);
        Volatile.Write(ref _spare, new(room));
    }

    /// <summary>Room for the table and some growth, made before the gate is taken, and touched, so that the kernel hands it over before a writer needs it who puts records by.</summary>
    private Record[] NewRoom()
    {
        // With some room for what comes until the gate is taken; and not the array of a table that was once far larger, of which each save would clear all.
        var needed = Table.CaptureRoom + (Table.Count / 64);
        if (Interlocked.Exchange(ref _spare, null)?.TryGetTarget(out var spare) == true && spare.Length >= needed && spare.Length / 2 <= needed)
        {
            return spare;
        }

        var room = new Record[needed + (Table.Count / 16)];
        Array.Clear(room);
        return room;
    }
}
