using System.Globalization;

namespace SnapshotKv.Benchmarks.Harness;

/// <summary>How numbers are written into tables: three digits that count, no more.</summary>
internal static class Cell
{
    public static string Number(double value) => value switch
    {
        0 => "0",
        < 10 => value.ToString("0.##", CultureInfo.InvariantCulture),
        < 100 => value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => value.ToString("#,0", CultureInfo.InvariantCulture),
    };

    public static string Range(Sample sample) => $"{Number(sample.Min)} – {Number(sample.Max)}";

    public static string Ratio(double value) => value.ToString(value < 10 ? "0.00" : "#,0", CultureInfo.InvariantCulture) + " ×";

    /// <summary>A count of entries: 10 k, 1 M.</summary>
    public static string Count(int value) => value switch
    {
        >= 1_000_000 when value % 1_000_000 == 0 => $"{value / 1_000_000} M",
        >= 1_000 when value % 1_000 == 0 => $"{value / 1_000} k",
        _ => Number(value),
    };
}
