namespace SnapshotKv.Tests.Store.Model;

/// <summary>
/// How long an entry lives, in seconds from when it is set and null for without end, and its tags. Endless says so aloud, which counts where a partition has
/// defaults; then no tags are said aloud too.
/// </summary>
internal sealed record ModelLife(int? Absolute, int? Window, bool IsRelative, string[] Tags, bool IsEndless = false)
{
    public static ModelLife Draw(Random random) => random.Next(6) switch
    {
        0 => new(random.Next(1, 20), null, IsRelative: random.Next(2) == 0, ModelKeys.DrawTags(random)),
        1 => new(null, random.Next(1, 10), IsRelative: true, ModelKeys.DrawTags(random)),
        2 => new(random.Next(1, 20), random.Next(1, 10), IsRelative: random.Next(2) == 0, ModelKeys.DrawTags(random)),
        3 => new(null, null, IsRelative: true, ModelKeys.DrawTags(random), IsEndless: true),
        _ => new(null, null, IsRelative: true, ModelKeys.DrawTags(random)),
    };

    /// <summary>What a partition may have as its default: nothing at one instant for all.</summary>
    public static ModelLife DrawDefault(Random random) => Draw(random) with { IsRelative = true };

    public KvEntryOptions ToOptions(DateTimeOffset now) => new()
    {
        TimeToLive = IsEndless ? Timeout.InfiniteTimeSpan : IsRelative ? Span(Absolute) : null,
        AbsoluteExpiration = IsRelative ? null : now + Span(Absolute),
        SlidingExpiration = Span(Window),
        Tags = Tags.Length == 0 && !IsEndless ? null : Tags,
    };

    /// <summary>An entry set now.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="now">When.</param>
    /// <param name="defaults">What counts where this says nothing.</param>
    public ModelEntry Begin(object value, DateTimeOffset now, ModelLife? defaults)
    {
        var life = Absolute is null && Window is null && !IsEndless ? defaults ?? this : this;
        var tags = Tags.Length == 0 && !IsEndless ? defaults?.Tags ?? Tags : Tags;
        var cap = now + Span(life.Absolute);
        return Span(life.Window) is { } window ? new(value, ModelEntry.Earlier(now + window, cap), window, cap, tags) : new(value, cap, null, null, tags);
    }

    public override string ToString() => Tags.Length == 0 ? LifeText() : $"{LifeText()}, tagged {string.Join('+', Tags)}";

    private string LifeText() => (Absolute, Window) switch
    {
        (null, null) => IsEndless ? "for ever, said aloud" : "for ever",
        ({ } absolute, null) => $"for {absolute} s",
        (null, { } window) => $"for {window} s after each read",
        ({ } absolute, { } window) => $"for {window} s after each read and at most {absolute} s",
    };

    private static TimeSpan? Span(int? seconds) => seconds is { } some ? TimeSpan.FromSeconds(some) : null;
}
