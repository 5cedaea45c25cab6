namespace SnapshotKv.Tests.Store.Model;

/// <summary>What the model knows of a key. A read moves its deadline, whoever sees the entry: a slide is no change, so it is not undone either.</summary>
internal sealed class ModelEntry(object value, DateTimeOffset? deadline, TimeSpan? window, DateTimeOffset? cap, IReadOnlyCollection<string> tags)
{
    /// <summary>The least slide that is journaled soon; the windows here are too short for more.</summary>
    private static readonly TimeSpan Granularity = TimeSpan.FromSeconds(1);

    /// <summary>The value: bytes or a number.</summary>
    public object Value { get; } = value;

    /// <summary>The instant from which on the entry is dead.</summary>
    public DateTimeOffset? Deadline { get; private set; } = deadline;

    /// <summary>The deadline that a crash cannot take back, but for the granularity: what it was set with, or what was journaled or saved since.</summary>
    private DateTimeOffset? Kept { get; set; } = deadline;

    /// <summary>By how much a read moves the deadline.</summary>
    public TimeSpan? Window { get; } = window;

    public IReadOnlyCollection<string> Tags { get; } = tags;

    /// <summary>The blob; null for none. Each blob that was written is an array of its own, so that one array stands for one file.</summary>
    public byte[]? Blob { get; private init; }

    /// <summary>The version that the store gave it; 0 as long as nobody asked.</summary>
    public long Version { get; set; }

    /// <summary>The highest version known when it was set: its own is higher.</summary>
    public long After { get; set; }

    public bool IsLive(DateTimeOffset now) => Deadline is null || now < Deadline;

    public void Slide(DateTimeOffset now)
    {
        if (Window is { } window && Earlier(now + window, cap) is var moved && moved > Deadline)
        {
            Deadline = moved;
        }
    }

    /// <summary>The deadline has reached the disk as it is now.</summary>
    public void Keep() => Kept = Deadline;

    /// <summary>A crash may have taken back how far the deadline had moved.</summary>
    /// <param name="found">The deadline that was found; null when the entry was not.</param>
    /// <param name="now">The time by which it was looked for.</param>
    public void FallBackTo(DateTimeOffset? found, DateTimeOffset now)
    {
        var least = Kept!.Value - Granularity;
        if (found is { } deadline)
        {
            deadline.ShouldBeInRange(least, Deadline!.Value);
        }
        else
        {
            least.ShouldBeLessThanOrEqualTo(now, "the entry is missing");
        }

        Deadline = found ?? least;
    }

    /// <summary>The entry with another value, and the same life, tags and blob.</summary>
    public ModelEntry WithValue(object value) => new(value, Deadline, Window, cap, Tags) { Blob = Blob };

    /// <summary>The entry with another blob, and the same value, life and tags.</summary>
    public ModelEntry WithBlob(byte[] blob) => new(Value, Deadline, Window, cap, Tags) { Blob = blob };

    /// <summary>The entry as a snapshot keeps it. Its version is the snapshot's when it is read again.</summary>
    public ModelEntry Copy() => new(Value, Deadline, Window, cap, Tags) { Blob = Blob, Kept = Kept };

    public static DateTimeOffset Earlier(DateTimeOffset left, DateTimeOffset? right) => right is { } other && other < left ? other : left;
}
