namespace SnapshotKv.Samples.TimeMachine;

/// <summary>What came of an order.</summary>
/// <param name="IsDone">Whether it was carried out.</param>
/// <param name="Markup">What to tell, as markup of the console.</param>
internal readonly record struct Answer(bool IsDone, string Markup)
{
    public static Answer Done(string markup) => new(IsDone: true, markup);

    /// <summary>Done, with what changed by it underneath.</summary>
    public static Answer Done(string markup, IEnumerable<string> lines) => Done(string.Join("\n  ", [markup, .. lines]));

    public static Answer Refused(string reason) => new(IsDone: false, $"[red]{Spectre.Console.Markup.Escape(reason)}[/]");
}
