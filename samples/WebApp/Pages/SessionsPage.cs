using Microsoft.AspNetCore.Mvc;
using SnapshotKv.Extensions.AspNetCore.Session;

namespace SnapshotKv.Samples.WebApp.Pages;

/// <summary>Who is here: all sessions, each of which can be ended.</summary>
internal sealed class SessionsPage(Layout layout, ISnapshotKvSessionDirectory sessions)
{
    private const string Path = "/sessions";
    private const int LongestName = 40;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Path, async (HttpContext http, SessionsPage page) => (await page.RenderAsync(http)).ToResult());
        app.MapPost(Path + "/name", ([FromForm] string? name, HttpContext http) => SetName(http.Session, name?.Trim()));
        app.MapPost(Path + "/revoke", ([FromForm] string session, HttpContext http, SessionsPage page) => page.RevokeAsync(session, http.RequestAborted));
    }

    private static IResult SetName(ISession session, string? name)
    {
        if (name?.Length > LongestName)
        {
            return Results.BadRequest();
        }

        session.SetUserName(string.IsNullOrEmpty(name) ? null : name);
        return Results.Redirect(Path);
    }

    private async Task<IResult> RevokeAsync(string session, CancellationToken cancellationToken)
    {
        await sessions.RevokeAsync(session, cancellationToken);
        return Results.Redirect(Path);
    }

    private async Task<Html> RenderAsync(HttpContext http)
    {
        var all = new List<SnapshotKvSessionInfo>();
        await foreach (var session in sessions.ListAsync(http.RequestAborted))
        {
            all.Add(session);
        }

        var mine = http.Session.Id;
        var token = layout.RenderToken(http);
        return layout.Render(Path, "Who is here", Html.Of($"""
            Sessions can be counted, listed and ended, your own too: a cart that is ended is empty at the next look. Who has put nothing in one has none.
            """), Html.Of($"""
            <section aria-labelledby="you">
            <h2 id="you">You</h2>
            <form method="post" action="{Path}/name">
            {token}
            <label for="name">What shall we call you?</label>
            <div class="row">
            <input id="name" name="name" value="{http.Session.GetUserName()}" maxlength="{LongestName}" autocomplete="nickname">
            <button>Remember it</button>
            </div>
            </form>
            </section>

            <section aria-labelledby="all">
            <h2 id="all">{Count(all.Count)}</h2>
            <form method="post" action="{Path}/revoke">
            {token}
            <ul class="lines">{Html.Concat(all.OrderByDescending(static session => session.LastUsedAt).Select(session => RenderSession(session, session.Id == mine)))}</ul>
            </form>
            </section>
            """));
    }

    private static Html RenderSession(SnapshotKvSessionInfo session, bool mine)
    {
        var name = session.UserName ?? "Somebody";
        return Html.Of($"""
            <li>
            <span class="what">{name}{(mine ? Html.Of($""" <span class="badge">you</span>""") : Html.None)}
            <span class="price">since {session.CreatedAt:HH:mm:ss}, last seen {session.LastUsedAt ?? session.LastWrittenAt:HH:mm:ss} UTC; {session.SizeBytes:N0} bytes</span></span>
            <button class="plain" name="session" value="{session.Id}" aria-label="End {(mine ? "your own session" : $"the session of {name}")}">End</button>
            </li>
            """);
    }

    private static string Count(int sessions) => sessions switch
    {
        0 => "No session",
        1 => "One session",
        _ => $"{sessions} sessions",
    };
}
