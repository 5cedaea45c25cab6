namespace SnapshotKv.Tests.Crashes;

/// <summary>
/// What a commit left under a key. A slide is no commit: it adds to the deadlines of this very entry, of which a crash may take the newest until something has
/// carried them to the disk.
/// </summary>
internal sealed class ExpectedEntry(byte[] value, DateTimeOffset? deadline, TimeSpan? window, DateTimeOffset? cap, IReadOnlyCollection<string> tags)
{
    private readonly List<DateTimeOffset?> _deadlines = [deadline];
    private int _killedFloor;
    private int _cutFloor;

    public byte[] Value { get; } = value;

    public IReadOnlyCollection<string> Tags { get; } = tags;

    /// <summary>The blob; null for none.</summary>
    public byte[]? Blob { get; private init; }

    /// <summary>The serializer that wrote the value; null for plain bytes.</summary>
    public string? Serializer { get; private init; }

    private DateTimeOffset? Deadline => _deadlines[^1];

    public bool IsLive(DateTimeOffset now) => Deadline is null || now < Deadline;

    public ExpectedEntry With(byte[]? blob = null, string? serializer = null) =>
        new(Value, Deadline, window, cap, Tags) { Blob = blob, Serializer = serializer };

    /// <summary>The entry as a snapshot of this moment has it.</summary>
    public ExpectedEntry Saved() => new(Value, Deadline, window, cap, Tags) { Blob = Blob, Serializer = Serializer };

    /// <summary>The entry with another value, and the same life, tags and blob; an update slides as a read does.</summary>
    public ExpectedEntry Updated(byte[] value, DateTimeOffset now) => new(value, Moved(now), window, cap, Tags) { Blob = Blob };

    /// <summary>The entry with another blob, and the same value, life and tags.</summary>
    public ExpectedEntry WithBlob(byte[] blob, DateTimeOffset now) => new(Value, Moved(now), window, cap, Tags) { Blob = blob };

    /// <summary>The value was read.</summary>
    public void Slide(DateTimeOffset now)
    {
        if (Moved(now) is var moved && moved > Deadline)
        {
            _deadlines.Add(moved);
        }
    }

    /// <summary>The deadline as it is now has reached the kernel, and with <paramref name="isOnDevice"/> the device.</summary>
    public void Keep(bool isOnDevice)
    {
        _killedFloor = _deadlines.Count - 1;
        _cutFloor = isOnDevice ? _killedFloor : _cutFloor;
    }

    /// <summary>A crash has taken what was behind this deadline; from now on nothing less can be found after one like it.</summary>
    public void FallBackTo(DateTimeOffset? found, bool isOnDevice)
    {
        var at = _deadlines.LastIndexOf(found);
        if (at >= 0)
        {
            _deadlines.RemoveRange(at + 1, _deadlines.Count - at - 1);
            _killedFloor = at;
            _cutFloor = isOnDevice ? at : Math.Min(_cutFloor, at);
        }
    }

    /// <summary>What differs from what was found; null when nothing does.</summary>
    /// <param name="found">What was found.</param>
    /// <param name="isCut">Whether the machine ended, and not the process only.</param>
    public string? Compare(FoundEntry found, bool isCut)
    {
        var deadline = _deadlines.LastIndexOf(found.Deadline);
        return !found.Value.AsSpan().SequenceEqual(Value) ? $"has another value, of {found.Value.Length} bytes instead of {Value.Length}"
            : deadline < 0 ? $"ends at {found.Deadline:O}, which was never said; {Deadline:O} was"
            : deadline < (isCut ? _cutFloor : _killedFloor) ? $"ends at {found.Deadline:O}, though a later slide was kept"
            : found.Window != window ? $"has the window {found.Window} instead of {window}"
            : !found.Tags.Order(StringComparer.Ordinal).SequenceEqual(Tags.Order(StringComparer.Ordinal)) ? $"has the tags {string.Join(',', found.Tags)}"
            : (found.Blob is null) != (Blob is null) || !found.Blob.AsSpan().SequenceEqual(Blob) ? $"has another blob, of {found.Blob?.Length} bytes instead of {Blob?.Length}"
            : Serializer is not null && found.Claimant != Serializer ? $"belongs to the serializer '{found.Claimant}' instead of '{Serializer}'"
            : null;
    }

    private DateTimeOffset? Moved(DateTimeOffset now)
    {
        var moved = now + window;
        return moved is null || moved < Deadline ? Deadline : cap < moved ? cap : moved;
    }
}
