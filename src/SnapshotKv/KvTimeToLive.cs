namespace SnapshotKv;

/// <summary>How long an entry has to live. Three distinct answers: no such key, no expiry, or what remains.</summary>
public readonly record struct KvTimeToLive
{
    private KvTimeToLive(bool exists, TimeSpan? remaining)
    {
        Exists = exists;
        Remaining = remaining;
    }

    /// <summary>The answer for a key that is missing or expired.</summary>
    public static KvTimeToLive Missing => default;

    /// <summary>The answer for an entry that does not expire.</summary>
    public static KvTimeToLive Unlimited => new(exists: true, remaining: null);

    /// <summary>Whether there is a live entry.</summary>
    public bool Exists { get; }

    /// <summary>The time left, greater than zero; null when the entry does not expire or there is none.</summary>
    public TimeSpan? Remaining { get; }

    /// <summary>The answer for an entry with a life of its own.</summary>
    /// <param name="remaining">The time left.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="remaining"/> is not positive.</exception>
    public static KvTimeToLive Of(TimeSpan remaining)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(remaining, TimeSpan.Zero);
        return new(exists: true, remaining);
    }
}
