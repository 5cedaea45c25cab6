using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SnapshotKv.Benchmarks.Harness;

/// <summary>
/// The committed results: a page for each group, every figure that a goal asks for in <c>figures.json</c>, and the summary made of those. A run of some
/// groups replaces their pages and figures and leaves the others as they were.
/// </summary>
internal sealed class ResultFolder(RunOptions options)
{
    private const string FiguresName = "figures.json", SummaryName = "summary.md";
    private const string Caveat =
        "Noise: figures of separate runs move by up to 1.8 times on a small virtual machine, for sets that fit the caches most of all. Ratios inside one run are "
        + "what counts, and those within a few per cent of a limit may fall on either side of it next time.";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly string _date = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public void Write(BenchmarkGroup group, Report report)
    {
        Directory.CreateDirectory(options.OutputDirectory);
        var load = report.LoadBefore is { } before ? $"Load average of the machine before and after: {before}, {Machine.LoadAverage()}.\n\n" : "";
        var page = Head(group.Title).Append(load).Append(group.Method).Append("\n\n");
        if (report.Picture is { } picture)
        {
            File.WriteAllText(PathOf(group.Name + ".svg"), picture.Svg);
            page.Append("![").Append(picture.Description).Append("](").Append(group.Name).Append(".svg)\n\n");
        }

        page.AppendJoin('\n', report.Tables.Select(static table => table.ToMarkdown()));
        File.WriteAllText(PathOf(group.Name + ".md"), page.Append('\n').Append(Foot(group.Name)).ToString());

        var figures = ReadFigures();
        foreach (var (id, value) in report.Figures)
        {
            figures[id] = new(value, _date);
        }

        File.WriteAllText(PathOf(FiguresName), JsonSerializer.Serialize(figures, Indented) + "\n");
        File.WriteAllText(PathOf(SummaryName), Summary(figures));
    }

    private string Summary(SortedDictionary<string, Figure> figures)
    {
        var table = new Table("Goals", "What", "Must", "Stretch", "Measured", "Reached") { IsText = true, Remark = Caveat };
        foreach (var goal in Goals.All)
        {
            var measured = goal.Limits.Where(limit => figures.ContainsKey(limit.Id)).ToList();
            table.Add(
                goal.What,
                goal.Must,
                goal.Stretch,
                string.Join("; ", measured.Select(limit => Shown(limit, figures[limit.Id].Value))),
                measured.Count == 0 ? "not measured" : Verdict(measured, figures));
        }

        return Head("Figures to reach, and what was reached")
            .Append("CD is `ConcurrentDictionary<string, byte[]>`, MDC `MemoryDistributedCache`; entries are 20-character keys with 100-byte values unless said. ")
            .Append("Each figure is a ratio of medians inside one run; the pages beside this one show what it was made of.\n\n")
            .Append(table.ToMarkdown())
            .Append('\n')
            .Append(Foot(null))
            .ToString();
    }

    private static string Shown(Limit limit, double value)
    {
        var number = limit.Unit == "×" ? Cell.Ratio(value) : Cell.Number(value) + " " + limit.Unit;
        return limit.Label.Length == 0 ? number : $"{limit.Label}: {number}";
    }

    private static string Verdict(List<Limit> measured, SortedDictionary<string, Figure> figures)
    {
        var missed = measured.Where(limit => !limit.IsReached(figures[limit.Id].Value, limit.Must)).ToList();
        if (missed.Count > 0)
        {
            return missed.Count == measured.Count ? "no" : "not: " + string.Join(", ", missed.Select(static limit => limit.Label));
        }

        return measured.TrueForAll(limit => limit.Stretch is { } stretch && limit.IsReached(figures[limit.Id].Value, stretch)) ? "yes, stretch too" : "yes";
    }

    private StringBuilder Head(string title) => new StringBuilder()
        .Append("# ").Append(title).Append("\n\n")
        .Append("Measured ").Append(_date).Append(" on ").Append(Machine.Describe())
        .Append(options.IsQuick ? ", **in quick mode: shows that it runs, not how fast**" : "").Append(".\n\n");

    private static string Foot(string? group) =>
        $"Again: `dotnet run -c Release --project benchmarks/SnapshotKv.Benchmarks{(group is null ? "" : " -- --groups " + group)}`. Written by the program; nothing here is edited by hand.\n";

    private SortedDictionary<string, Figure> ReadFigures() =>
        File.Exists(PathOf(FiguresName))
            ? JsonSerializer.Deserialize<SortedDictionary<string, Figure>>(File.ReadAllText(PathOf(FiguresName)))!
            : new SortedDictionary<string, Figure>(StringComparer.Ordinal);

    private string PathOf(string name) => Path.Combine(options.OutputDirectory, name);

    private sealed record Figure(double Value, string Date);
}
