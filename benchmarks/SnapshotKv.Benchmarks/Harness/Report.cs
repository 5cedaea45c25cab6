namespace SnapshotKv.Benchmarks.Harness;

/// <summary>Takes what a group measured: tables for people, and the figures that the goals ask for.</summary>
internal sealed class Report
{
    private readonly Dictionary<string, Limit> _limits = Goals.All.SelectMany(static goal => goal.Limits).ToDictionary(static limit => limit.Id, StringComparer.Ordinal);

    /// <summary>How busy the machine was when the measuring began.</summary>
    public string? LoadBefore { get; } = Machine.LoadAverage();

    public List<Table> Tables { get; } = [];

    /// <summary>Shown under the page's head, and a file beside it; null for none.</summary>
    public Picture? Picture { get; set; }

    public Dictionary<string, double> Figures { get; } = new(StringComparer.Ordinal);

    public void Add(Table table)
    {
        Tables.Add(table);
        Console.WriteLine(table.ToMarkdown());
    }

    /// <summary>Notes a figure that a goal asks for. Sizes that no goal speaks of are passed over.</summary>
    public void Reach(string id, double value)
    {
        if (_limits.ContainsKey(id))
        {
            Figures[id] = value;
        }
    }
}
