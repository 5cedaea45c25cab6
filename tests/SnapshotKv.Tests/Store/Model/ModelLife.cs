namespace SnapshotKv.Tests.Store.Model;

/// <summary>How long an entry lives, in seconds from when it is set and null for without end, and its tags.</summary>
internal sealed record ModelLife(int? Absolute, int? Window, bool IsRelative, string[] Tags)
{
    public static ModelLife Draw(Random random) => random.Next(5) switch
    {
        0 => new(random.Next(1, 20), null, IsRelative: random.Next(2) == 0, ModelKeys.DrawTags(random)),
        1 => new(null, random.Next(1, 10), IsRelative: true, ModelKeys.DrawTags(random)),
        2 => new(random.Next(1, 20), random.Next(1, 10), IsRelative: random.Next(2) == 0, ModelKeys.DrawTags(random)),
        _ => new(null, null, IsRelative: true, ModelKeys.DrawTags(random)),
    };

    public KvEntryOptions ToOptions(DateTimeOffset now) => new()
    {
        TimeToLive = IsRelative ? Span(Absolute) : null,
        AbsoluteExpiration = IsRelative ? null : now + Span(Absolute),
        SlidingExpiration = Span(Window),
        Tags = Tags.Length == 0 ? null : Tags,
    };

    /// <summary>An entry set now.</summary>
    public ModelEntry Begin(object value, DateTimeOffset now)
    {
        var cap = now + Span(Absolute);
        return Span(Window) is { } window ? new(value, ModelEntry.Earlier(now + window, cap), window, cap, Tags) : new(value, cap, null, null, Tags);
    }

    public override string ToString() => Tags.Length == 0 ? LifeText() : $"{LifeText()}, tagged {string.Join('+', Tags)}";

    private string LifeText() => (Absolute, Window) switch
    {
        (null, null) => "for ever",
        ({ } absolute, null) => $"for {absolute} s",
        (null, { } window) => $"for {window} s after each read",
        ({ } absolute, { } window) => $"for {window} s after each read and at most {absolute} s",
    };

    private static TimeSpan? Span(int? seconds) => seconds is { } some ? TimeSpan.FromSeconds(some) : null;
}
