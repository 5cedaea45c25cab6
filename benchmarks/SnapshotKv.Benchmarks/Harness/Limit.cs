namespace SnapshotKv.Benchmarks.Harness;

/// <summary>One number that a goal sets.</summary>
/// <param name="Id">Names the figure in <c>figures.json</c>.</param>
/// <param name="Label">Tells the numbers of one goal apart: usually the set's size.</param>
/// <param name="Must">What is to be reached.</param>
/// <param name="Stretch">What would be fine; null where only <paramref name="Must"/> is set.</param>
/// <param name="Unit">What the number counts; × is a ratio to what the goal names.</param>
/// <param name="IsFloor">Whether more is better.</param>
internal sealed record Limit(string Id, string Label, double Must, double? Stretch = null, string Unit = "×", bool IsFloor = false)
{
    public bool IsReached(double value, double bound) => IsFloor ? value >= bound : value <= bound;
}
