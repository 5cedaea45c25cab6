namespace SnapshotKv.Samples.WebApp.Pages;

/// <summary>What went wrong with a form, above it.</summary>
internal static class Problem
{
    public static Html Render(string? problem) =>
        problem is null ? Html.None : Html.Of($"""<p class="outcome problem" role="alert">{problem}</p>""");
}
