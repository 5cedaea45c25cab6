using System.Globalization;
using System.Text;

namespace SnapshotKv.Benchmarks.Harness;

/// <summary>Latencies against percentiles as an SVG of its own: four panels, latency on a logarithmic axis, legible on a light page and on a dark one.</summary>
/// <remarks>A percentile's place is its number of nines, so that the rare ones have the room: 99 lies as far from 99.9 as that from 99.99.</remarks>
internal sealed class LatencyChart(string title, string subtitle, IReadOnlyList<double> percentiles, IReadOnlyList<ChartPanel> panels)
{
    private const int Columns = 2;
    private const double PanelWidth = 350, PanelHeight = 250, Left = 74, Top = 116, GapX = 104, GapY = 92, Bottom = 64, Right = 56;
    private const double LowestDecade = 2, HighestDecade = 8;

    /// <summary>The longest has no number of nines; it stands one step behind the last that has.</summary>
    private const double StepToLongest = 1;

    private const double LabelHeight = 13;

    // Colours that those who see few of them tell apart, too; the second line is dashed besides, the third dotted.
    private const string Style = """
        <style>
          .page { fill: #ffffff } .text { fill: #1f2328 } .soft { fill: #59636e } .grid { stroke: #d1d9e0 } .axis { stroke: #818b98 }
          .line0 { stroke: #b5410b } .mark0 { fill: #b5410b } .line1 { stroke: #0b62b5 } .mark1 { fill: #0b62b5 } .line2 { stroke: #57606a } .mark2 { fill: #57606a }
          @media (prefers-color-scheme: dark) {
            .page { fill: #0d1117 } .text { fill: #f0f6fc } .soft { fill: #9198a1 } .grid { stroke: #2f353d } .axis { stroke: #656c76 }
            .line0 { stroke: #ff9a5c } .mark0 { fill: #ff9a5c } .line1 { stroke: #6cb6ff } .mark1 { fill: #6cb6ff } .line2 { stroke: #9198a1 } .mark2 { fill: #9198a1 }
          }
          text { font-family: system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; font-size: 13px }
          .title { font-size: 20px; font-weight: 600 } .panel { font-size: 15px; font-weight: 600 } .value { font-size: 12px }
          .line0, .line1, .line2 { fill: none; stroke-width: 2.5; stroke-linejoin: round } .line1 { stroke-dasharray: 7 5 } .line2 { stroke-dasharray: 1 5; stroke-linecap: round } .grid, .axis { stroke-width: 1 }
        </style>
        """;

    private readonly StringBuilder _svg = new();

    public string ToSvg()
    {
        _svg.Clear();
        var rows = (panels.Count + Columns - 1) / Columns;
        var width = Left + (Columns * PanelWidth) + ((Columns - 1) * GapX) + Right;
        var height = Top + (rows * PanelHeight) + ((rows - 1) * GapY) + Bottom;
        Add($"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{title}. {subtitle}">""");
        Add($"{Style}");
        Add($"""<rect class="page" width="{width}" height="{height}"/>""");
        Add($"""<text class="text title" x="{Left - 50}" y="34">{title}</text>""");
        Add($"""<text class="soft" x="{Left - 50}" y="56">{subtitle}</text>""");
        AddLegend();
        for (var i = 0; i < panels.Count; i++)
        {
            AddPanel(panels[i], Left + (i % Columns * (PanelWidth + GapX)), Top + (i / Columns * (PanelHeight + GapY)));
        }

        Add($"""<text class="soft" x="{width / 2}" y="{height - 14}" text-anchor="middle">percentile of the operations of a run; latency on a logarithmic axis</text>""");
        return _svg.Append("</svg>\n").ToString();
    }

    private void AddLegend()
    {
        var x = Left - 50;
        for (var i = 0; i < panels[0].Series.Count; i++)
        {
            var name = panels[0].Series[i].Name;
            Add($"""<path class="line{i}" d="M{x} 76h34"/>""");
            AddMark(i, x + 17, 76);
            Add($"""<text class="text" x="{x + 42}" y="80.5">{name}</text>""");
            x += 42 + (name.Length * 7.5) + 30;
        }
    }

    private void AddPanel(ChartPanel panel, double left, double top)
    {
        Add($"""<text class="text panel" x="{left}" y="{top - 10}">{panel.Title}</text>""");
        for (var decade = LowestDecade; decade <= HighestDecade; decade++)
        {
            var y = YOf(Math.Pow(10, decade), top);
            Add($"""<path class="{(decade == LowestDecade ? "axis" : "grid")}" d="M{left} {y}h{PanelWidth}"/>""");
            Add($"""<text class="soft" x="{left - 8}" y="{y + 4.5}" text-anchor="end">{Duration(Math.Pow(10, decade))}</text>""");
        }

        for (var i = 0; i < percentiles.Count; i++)
        {
            var x = XOf(i, left);
            Add($"""<path class="grid" d="M{x} {top}v{PanelHeight}"/>""");
            Add($"""<text class="soft" x="{x}" y="{top + PanelHeight + 18}" text-anchor="middle">{PercentileName(percentiles[i])}</text>""");
        }

        for (var i = panel.Series.Count - 1; i >= 0; i--)
        {
            AddSeries(panel, i, left, top);
        }

        AddLongest(panel, left, top);
    }

    private void AddSeries(ChartPanel panel, int number, double left, double top)
    {
        var values = panel.Series[number].Values;
        var path = string.Join('L', values.Select((value, i) => string.Create(CultureInfo.InvariantCulture, $"{XOf(i, left):0.#} {YOf(value, top):0.#}")));
        Add($"""<path class="line{number}" d="M{path}"/>""");
        for (var i = 0; i < values.Count; i++)
        {
            AddMark(number, XOf(i, left), YOf(values[i], top));
        }
    }

    /// <summary>The longest is what people ask for: in figures beside its mark, apart where marks are close.</summary>
    private void AddLongest(ChartPanel panel, double left, double top)
    {
        var lowest = double.NegativeInfinity;
        foreach (var longest in panel.Series.Select(static series => series.Values[^1]).OrderDescending())
        {
            lowest = Math.Max(YOf(longest, top) + 1, lowest + LabelHeight);
            Add($"""<text class="text value" x="{XOf(percentiles.Count - 1, left) + 9}" y="{lowest}">{Duration(longest)}</text>""");
        }
    }

    private void AddMark(int series, double x, double y) =>
        _ = series == 0 ? Add($"""<circle class="mark0" cx="{x}" cy="{y}" r="4"/>""") : Add($"""<rect class="mark{series}" x="{x - 3.5}" y="{y - 3.5}" width="7" height="7"/>""");

    private double XOf(int index, double left)
    {
        var first = Nines(0);
        return left + 16 + ((Nines(index) - first) / (Nines(percentiles.Count - 1) - first) * (PanelWidth - 32));
    }

    private double Nines(int index) => percentiles[index] < 100 ? -Math.Log10(1 - (percentiles[index] / 100)) : Nines(index - 1) + StepToLongest;

    private static double YOf(double nanoseconds, double top)
    {
        var decade = Math.Clamp(Math.Log10(nanoseconds), LowestDecade, HighestDecade);
        return top + ((HighestDecade - decade) / (HighestDecade - LowestDecade) * PanelHeight);
    }

    private static string PercentileName(double percentile) => percentile < 100 ? "p" + percentile.ToString(CultureInfo.InvariantCulture) : "longest";

    private static string Duration(double nanoseconds) => nanoseconds switch
    {
        < 1e3 => $"{Cell.Number(nanoseconds)} ns",
        < 1e6 => $"{Cell.Number(nanoseconds / 1e3)} µs",
        _ => $"{Cell.Number(nanoseconds / 1e6)} ms",
    };

    private StringBuilder Add(FormattableString line) => _svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
