using System.Text;

namespace SnapshotKv.Benchmarks.Harness;

/// <summary>A table of results with a title over it and a remark below it.</summary>
internal sealed class Table(string title, params string[] columns)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Whether all columns hold text; else all but the first hold numbers.</summary>
    public bool IsText { get; init; }

    /// <summary>Said below the table; null for nothing.</summary>
    public string? Remark { get; init; }

    public void Add(params string[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, columns.Length);
        _rows.Add(cells);
    }

    public string ToMarkdown()
    {
        var text = new StringBuilder().Append("## ").Append(title).Append("\n\n");
        AppendRow(text, columns);
        AppendRow(text, [.. columns.Select((_, i) => i == 0 || IsText ? "---" : "---:")]);
        _rows.ForEach(row => AppendRow(text, row));
        if (Remark is not null)
        {
            text.Append('\n').Append(Remark).Append('\n');
        }

        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, string[] cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
