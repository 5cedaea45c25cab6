using System.Globalization;
using SnapshotKv.Samples.WebApp.Primes;

namespace SnapshotKv.Samples.WebApp.Pages;

/// <summary>The question, the answer, the counter, and what the cache holds.</summary>
internal sealed class CachePage
{
    private const string CachePrefix = "cache:";

    private readonly Layout _layout;
    private readonly KvStore _store;
    private readonly long _foundAtStart;

    public CachePage(Layout layout, KvStore store)
    {
        _layout = layout;
        _store = store;
        _foundAtStart = store.Count(CachePrefix);
    }

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/", async (int? below, PrimeCounter primes, VisitCounter visits, CachePage page, CancellationToken aborted) =>
        {
            var count = visits.Add();
            var problem = below is < PrimeCounter.Smallest or > PrimeCounter.Largest
                ? $"Ask for a number from {PrimeCounter.Smallest:N0} to {PrimeCounter.Largest:N0}; {below:N0} is not."
                : null;
            var answer = below is { } limit && problem is null ? await primes.CountAsync(limit, aborted) : null;
            return page.Render(count, answer, problem).ToResult(problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
        });

    private Html Render(long visits, Answer? answer, string? problem) => _layout.Render("/", "A cache that outlives the process", Html.Of($"""
        Ask something slow, ask it again, then stop the application with <kbd>Ctrl</kbd>+<kbd>C</kbd> and start it anew:
        the answers are still there, and their clocks have gone on.
        """), Html.Of($"""
        <section aria-labelledby="ask">
        <h2 id="ask">Ask</h2>
        <form action="/" method="get">
        <label for="below">How many primes lie below</label>
        <div class="row">
        <input id="below" name="below" type="number" required min="{PrimeCounter.Smallest}" max="{PrimeCounter.Largest}" value="{answer?.Below ?? 3_000_000}">
        <button>Count them</button>
        </div>
        </form>
        {RenderOutcome(answer, problem)}
        </section>

        <section aria-labelledby="kept">
        <h2 id="kept">What is kept</h2>
        <dl class="figures">
        <div><dt>Visits to this page, ever</dt><dd>{visits:N0}</dd></div>
        <div><dt>Answers found at start</dt><dd>{_foundAtStart:N0}</dd></div>
        <div><dt>Snapshots on disk</dt><dd>{_store.ListSnapshots().Count:N0}</dd></div>
        </dl>
        {RenderEntries()}
        <p class="place">All of it lies in <code>{_store.DirectoryPath ?? "memory only"}</code>. <a href="/">Look again</a></p>
        </section>
        """));

    private static Html RenderOutcome(Answer? answer, string? problem)
    {
        if (problem is not null)
        {
            return Html.Of($"""<p class="outcome problem" role="alert">{problem}</p>""");
        }

        if (answer is null)
        {
            return Html.Of($"""<p class="outcome quiet" role="status">The first time takes a second or two.</p>""");
        }

        var (kind, source) = answer.FromCache ? ("hit", "from the cache, in") : ("miss", "computed, in");
        return Html.Of($"""
            <p class="outcome {kind}" role="status"><strong>{answer.Primes:N0}</strong> primes lie below {answer.Below:N0}
            <span>{source} {answer.Elapsed.TotalMilliseconds:N2} ms</span></p>
            """);
    }

    private Html RenderEntries()
    {
        var rows = Html.Concat(
            from key in _store.GetKeys(CachePrefix)
            let life = _store.GetTimeToLive(key)
            where life.Exists
            select Html.Of($"""<tr><th scope="row">{key[CachePrefix.Length..]}</th><td>{Describe(life)}</td></tr>"""));
        return rows == Html.None
            ? Html.Of($"<p>The cache is empty.</p>")
            : Html.Of($"""
                <table>
                <caption>Entries of the cache</caption>
                <thead><tr><th scope="col">Key</th><th scope="col">Time to live</th></tr></thead>
                <tbody>{rows}</tbody>
                </table>
                """);
    }

    private static string Describe(KvTimeToLive life) =>
        life.Remaining is { } left ? left.ToString(left.TotalHours >= 1 ? @"d\.hh\:mm\:ss" : @"mm\:ss", CultureInfo.InvariantCulture) : "for ever";
}
