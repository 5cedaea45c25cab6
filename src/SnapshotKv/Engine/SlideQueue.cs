using System.Collections.Concurrent;
using SnapshotKv.Format;

namespace SnapshotKv.Engine;

/// <summary>
/// The sliding entries that reads have moved since the journal was last told. An entry is told of once it has moved by a hundredth of its window, at least a second; and when it has come to
/// rest. So a crash takes back no more than that and what was moved since the last flush.
/// </summary>
/// <remarks><see cref="Note"/> and <see cref="PutBack"/> are thread-safe; <see cref="Take"/> is called by one thread at a time. No entry is in it twice, whatever the journal refuses.</remarks>
internal sealed class SlideQueue
{
    private const long Second = 1_000_000_000;

    private const int GranularityPerWindow = 100;

    private readonly ConcurrentQueue<Slid> _noted = new();
    private List<Slid> _moving = [];

    /// <summary>Whether nobody waits.</summary>
    public bool IsEmpty => _noted.IsEmpty && _moving.Count == 0;

    /// <summary>A read has moved a deadline that had no <see cref="Record.SlideMark"/>, and set the mark.</summary>
    /// <param name="record">The entry.</param>
    /// <param name="from">The deadline before, which the journal knows.</param>
    public void Note(Record record, long from) => _noted.Enqueue(new(record, from, from));

    /// <summary>Takes those that the journal is to be told of now.</summary>
    /// <param name="now">Unix nanoseconds; who is dead is forgotten.</param>
    /// <returns>The entries and their deadlines.</returns>
    public List<(Record Record, long Deadline)> Take(long now)
    {
        var due = new List<(Record, long)>();
        var moving = new List<Slid>(_moving.Count);
        foreach (var slid in _moving)
        {
            Judge(slid, now, due, moving);
        }

        for (var count = _noted.Count; count > 0 && _noted.TryDequeue(out var slid); count--)
        {
            Judge(slid, now, due, moving);
        }

        _moving = moving;
        return due;
    }

    /// <summary>The journal could not be told of an entry that was taken: it is due at the next <see cref="Take"/>, unless a read has noted it meanwhile.</summary>
    public void PutBack(Record record)
    {
        if (record.TrySetSlideMark())
        {
            _noted.Enqueue(new(record, Known: 0, Seen: 0));
        }
    }

    private static void Judge(in Slid slid, long now, List<(Record Record, long Deadline)> due, List<Slid> moving)
    {
        var deadline = slid.Record.Expiry;
        if (now >= deadline)
        {
            return;
        }

        // What has not moved since it was last looked at may rest for long.
        if (deadline - slid.Known >= Granularity(slid.Record) || deadline == slid.Seen)
        {
            due.Add((slid.Record, slid.Record.ClearSlideMark()));
        }
        else
        {
            moving.Add(slid with { Seen = deadline });
        }
    }

    private static long Granularity(Record record) => Math.Max(record.SlidingWindow / GranularityPerWindow, Second);

    /// <param name="Record">The entry.</param>
    /// <param name="Known">The deadline that the journal knows.</param>
    /// <param name="Seen">The deadline when it was last looked at.</param>
    private readonly record struct Slid(Record Record, long Known, long Seen);
}
