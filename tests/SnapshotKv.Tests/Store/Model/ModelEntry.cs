namespace SnapshotKv.Tests.Store.Model;

/// <summary>What the model knows of a key. A read moves its deadline, whoever sees the entry: a slide is no change, so it is not undone either.</summary>
internal sealed class ModelEntry(object value, DateTimeOffset? deadline, TimeSpan? window, DateTimeOffset? cap, IReadOnlyCollection<string> tags)
{
    /// <summary>The value: bytes or a number.</summary>
    public object Value { get; } = value;

    /// <summary>The instant from which on the entry is dead.</summary>
    public DateTimeOffset? Deadline { get; private set; } = deadline;

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

    /// <summary>The entry with another value, and the same life, tags and blob.</summary>
    public ModelEntry WithValue(object value) => new(value, Deadline, Window, cap, Tags) { Blob = Blob };

    /// <summary>The entry with another blob, and the same value, life and tags.</summary>
    public ModelEntry WithBlob(byte[] blob) => new(Value, Deadline, Window, cap, Tags) { Blob = blob };

    /// <summary>The entry as a snapshot keeps it. Its version is the snapshot's when it is read again.</summary>
    public ModelEntry Copy() => WithValue(Value);

    public static DateTimeOffset Earlier(DateTimeOffset left, DateTimeOffset? right) => right is { } other && other < left ? other : left;
}
