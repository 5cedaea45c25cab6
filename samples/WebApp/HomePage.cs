using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace SnapshotKv.Samples.WebApp;

/// <summary>The one page: the question, the answer, the counter, and what the cache holds.</summary>
internal sealed class HomePage
{
    private const string CachePrefix = "cache:";

    private readonly KvStore _store;
    private readonly string _style = ReadStyle();
    private readonly long _foundAtStart;

    public HomePage(KvStore store)
    {
        _store = store;
        _foundAtStart = store.Count(CachePrefix);
    }

    public string Render(long visits, Answer? answer, string? problem) => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>A cache that outlives the process – SnapshotKv</title>
        <style>{_style}</style>
        </head>
        <body>
        <main>
        <h1>A cache that outlives the process</h1>
        <p class="lead">Ask something slow, ask it again, then stop the application with <kbd>Ctrl</kbd>+<kbd>C</kbd> and start it anew:
        the answers are still there, and their clocks have gone on.</p>

        <section aria-labelledby="ask">
        <h2 id="ask">Ask</h2>
        <form action="/" method="get">
        <label for="below">How many primes lie below</label>
        <div class="row">
        <input id="below" name="below" type="number" required min="{Number(PrimeCounter.Smallest)}" max="{Number(PrimeCounter.Largest)}" value="{Number(answer?.Below ?? 3_000_000)}">
        <button>Count them</button>
        </div>
        </form>
        {RenderOutcome(answer, problem)}
        </section>

        <section aria-labelledby="kept">
        <h2 id="kept">What is kept</h2>
        <dl>
        <div><dt>Visits to this page, ever</dt><dd>{visits:N0}</dd></div>
        <div><dt>Answers found at start</dt><dd>{_foundAtStart:N0}</dd></div>
        <div><dt>Snapshots on disk</dt><dd>{_store.ListSnapshots().Count:N0}</dd></div>
        </dl>
        {RenderEntries()}
        <p class="place">All of it lies in <code>{Encode(_store.DirectoryPath ?? "memory only")}</code>. <a href="/">Look again</a></p>
        </section>
        </main>
        </body>
        </html>
        """;

    private static string RenderOutcome(Answer? answer, string? problem)
    {
        if (problem is not null)
        {
            return $"""<p class="outcome problem" role="alert">{Encode(problem)}</p>""";
        }

        if (answer is null)
        {
            return """<p class="outcome quiet" role="status">The first time takes a second or two.</p>""";
        }

        var (kind, source) = answer.FromCache ? ("hit", "from the cache, in") : ("miss", "computed, in");
        return $"""
            <p class="outcome {kind}" role="status"><strong>{answer.Primes:N0}</strong> primes lie below {answer.Below:N0}
            <span>{source} {answer.Elapsed.TotalMilliseconds.ToString("N2", CultureInfo.InvariantCulture)} ms</span></p>
            """;
    }

    private string RenderEntries()
    {
        var rows = new StringBuilder();
        foreach (var key in _store.GetKeys(CachePrefix))
        {
            var life = _store.GetTimeToLive(key);
            if (life.Exists)
            {
                rows.Append(CultureInfo.InvariantCulture, $"""<tr><th scope="row">{Encode(key[CachePrefix.Length..])}</th><td>{Describe(life)}</td></tr>""");
            }
        }

        return rows.Length == 0
            ? "<p>The cache is empty.</p>"
            : $"""
                <table>
                <caption>Entries of the cache</caption>
                <thead><tr><th scope="col">Key</th><th scope="col">Time to live</th></tr></thead>
                <tbody>{rows}</tbody>
                </table>
                """;
    }

    private static string Describe(KvTimeToLive life) =>
        life.Remaining is { } left ? left.ToString(left.TotalHours >= 1 ? @"d\.hh\:mm\:ss" : @"mm\:ss", CultureInfo.InvariantCulture) : "for ever";

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    private static string ReadStyle()
    {
        using var stream = typeof(HomePage).Assembly.GetManifestResourceStream("page.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
