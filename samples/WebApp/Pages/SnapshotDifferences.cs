namespace SnapshotKv.Samples.WebApp.Pages;

/// <summary>What is different between a snapshot and the store as it is now; of very much only the first.</summary>
/// <param name="Shown">The first ones, in the order of their keys.</param>
/// <param name="Added">How many keys were added since.</param>
/// <param name="Changed">How many were changed.</param>
/// <param name="Removed">How many were removed.</param>
internal sealed record SnapshotDifferences(IReadOnlyList<KvDifference> Shown, int Added, int Changed, int Removed)
{
    private const int MostShown = 50;

    public string Summary => Added + Changed + Removed == 0 ? "Nothing" : $"{Added} added, {Changed} changed, {Removed} removed";

    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="leftAlone">The prefix of what going back leaves as it is, and so is no difference that matters: whose sessions they are is nobody's business.</param>
    /// <exception cref="KvSnapshotException">There is no such snapshot.</exception>
    /// <exception cref="KvStoreCorruptedException">It is damaged.</exception>
    public static SnapshotDifferences Of(KvStore store, string snapshot, string leftAlone)
    {
        var shown = new List<KvDifference>();
        var counts = new Dictionary<KvDifferenceKind, int>();
        foreach (var difference in store.Compare(snapshot))
        {
            if (difference.Key.StartsWith(leftAlone, StringComparison.Ordinal))
            {
                continue;
            }

            counts[difference.Kind] = counts.GetValueOrDefault(difference.Kind) + 1;
            if (shown.Count < MostShown)
            {
                shown.Add(difference);
            }
        }

        return new(shown, counts.GetValueOrDefault(KvDifferenceKind.Added), counts.GetValueOrDefault(KvDifferenceKind.Changed), counts.GetValueOrDefault(KvDifferenceKind.Removed));
    }

    /// <summary>Keys without values: a store holds bytes too, and what is meant for nobody's eyes.</summary>
    public Html Render()
    {
        var more = Added + Changed + Removed - Shown.Count;
        return Html.Of($"""
            <ul class="differences">{Html.Concat(Shown.Select(RenderOne))}</ul>
            {(more > 0 ? Html.Of($"""<p class="hint">And {more} more.</p>""") : Html.None)}
            """);
    }

    private static Html RenderOne(KvDifference difference) => Html.Of($"""
        <li><span class="kind {Name(difference.Kind)}">{Name(difference.Kind)}</span> <code>{difference.Key}</code></li>
        """);

    private static string Name(KvDifferenceKind kind) => kind switch
    {
        KvDifferenceKind.Added => "added",
        KvDifferenceKind.Removed => "removed",
        _ => "changed",
    };
}
