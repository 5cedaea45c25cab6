namespace SnapshotKv.Tests.Store.Model;

/// <summary>What the model knows of a key.</summary>
/// <param name="Value">The value: bytes or a number.</param>
/// <param name="Deadline">The instant from which on the entry is dead.</param>
/// <param name="Window">By how much a read moves the deadline.</param>
/// <param name="Cap">The instant that no read moves it beyond.</param>
internal sealed record ModelEntry(object Value, DateTimeOffset? Deadline, TimeSpan? Window, DateTimeOffset? Cap)
{
    public bool IsLive(DateTimeOffset now) => Deadline is null || now < Deadline;

    /// <summary>The entry after a read.</summary>
    public ModelEntry Slide(DateTimeOffset now) =>
        Window is { } window && Earlier(now + window, Cap) is var moved && moved > Deadline ? this with { Deadline = moved } : this;

    public static DateTimeOffset Earlier(DateTimeOffset left, DateTimeOffset? right) => right is { } other && other < left ? other : left;
}
