namespace SnapshotKv.Samples.WebApp;

/// <summary>Style and script, which lie in the assembly: one file less to lose when it is published.</summary>
internal static class Assets
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var style = Read("page.css");
        var script = Read("page.js");
        app.MapGet("/page.css", () => Results.Text(style, "text/css"));
        app.MapGet("/page.js", () => Results.Text(script, "text/javascript"));
    }

    private static string Read(string name)
    {
        using var stream = typeof(Assets).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
