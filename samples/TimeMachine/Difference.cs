using Spectre.Console;

namespace SnapshotKv.Samples.TimeMachine;

/// <summary>One key that is not what it was, as a line.</summary>
internal static class Difference
{
    /// <param name="key">The key.</param>
    /// <param name="before">What it was; null where it was not there.</param>
    /// <param name="after">What it is; null where it is not there any more.</param>
    public static string ToMarkup(string key, string? before, string? after) => (before, after) switch
    {
        (null, _) => $"[green]+ {Markup.Escape(key)}[/] [bold]{Markup.Escape(after ?? "")}[/]",
        (_, null) => $"[red]- {Markup.Escape(key)}[/] [grey]{Markup.Escape(before)}[/]",
        _ => $"[yellow]~ {Markup.Escape(key)}[/] [grey]{Markup.Escape(before)}[/] → [bold]{Markup.Escape(after)}[/]",
    };
}
