namespace SnapshotKv.Benchmarks.Harness;

/// <summary>Turns measurements of operations on keys into tables.</summary>
internal static class KeyTables
{
    /// <summary>A table with one row for each case, one and two threads side by side, and ratios to a case among them.</summary>
    /// <param name="title">The table's title.</param>
    /// <param name="baseline">The name of the case that the ratios are to.</param>
    /// <param name="one">Measured with one thread.</param>
    /// <param name="two">Measured with two threads; null when they were not.</param>
    /// <param name="remark">Said below the table.</param>
    public static Table Compare(string title, string baseline, IReadOnlyList<KeyMeasurement> one, IReadOnlyList<KeyMeasurement>? two, string? remark = null)
    {
        string[] columns = ["", "ns", "min – max", "to " + baseline, .. two is null ? [] : (string[])["2 threads: ns", "min – max", "to " + baseline, "throughput to 1 thread"], "B/op"];
        var table = new Table(title, columns) { Remark = remark };
        var base1 = one.Single(row => row.Name == baseline).Nanoseconds.Median;
        var base2 = two?.Single(row => row.Name == baseline).Nanoseconds.Median ?? 0;
        for (var i = 0; i < one.Count; i++)
        {
            var row = one[i];
            table.Add([row.Name, .. Cells(row, base1), .. two is null ? [] : (string[])[.. Cells(two[i], base2), Cell.Ratio(Speedup(row, two[i]))], Cell.Number(row.AllocatedBytes)]);
        }

        return table;
    }

    /// <summary>How many times the operations of one thread two threads together do in the same time.</summary>
    public static double Speedup(KeyMeasurement one, KeyMeasurement two) => 2 * one.Nanoseconds.Median / two.Nanoseconds.Median;

    /// <summary>A case's median as a ratio to another's of the same run.</summary>
    public static double Ratio(this IReadOnlyList<KeyMeasurement> rows, string name, string baseline) =>
        rows.Named(name).Nanoseconds.Median / rows.Named(baseline).Nanoseconds.Median;

    public static KeyMeasurement Named(this IReadOnlyList<KeyMeasurement> rows, string name) => rows.Single(row => row.Name == name);

    private static string[] Cells(KeyMeasurement row, double baseline) =>
        [Cell.Number(row.Nanoseconds.Median), Cell.Range(row.Nanoseconds), Cell.Ratio(row.Nanoseconds.Median / baseline)];
}
