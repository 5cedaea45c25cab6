using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.AspNetCore.Session;
using SnapshotKv.Extensions.Configuration;

namespace SnapshotKv.Samples.WebApp.Pages;

/// <summary>The store as it was: its snapshots, what has changed since each, and the way back.</summary>
internal sealed class SnapshotsPage(
    Layout layout, KvStore store, ISnapshotKvConfigurationWriter settings, IOptions<SnapshotKvSessionOptions> sessions, IAuthorizationService authorization)
{
    /// <summary>The policy of who may look into snapshots, keep them, and go back.</summary>
    public const string Restorers = nameof(Restorers);

    private const string Path = "/snapshots";
    private const string OnlySettings = "settings";
    private const int LongestName = 100;

    public static void Map(IEndpointRouteBuilder app)
    {
        var all = app.MapGroup(Path).AddEndpointFilter(AnswerFailuresAsync);
        all.MapGet("", async (HttpContext http, SnapshotsPage page) => (await page.RenderAsync(http)).ToResult());

        // Everybody may see that there are snapshots. Looking into one tells keys, and keeping and releasing decide what there is to go back to: that is for those who may go back.
        var restorers = all.MapGroup("").AddEndpointFilter(OnlyRestorersAsync);
        restorers.MapPost("/keep", ([FromForm] string? name, HttpContext http, SnapshotsPage page) => page.KeepAsync(http, name?.Trim() ?? ""));
        restorers.MapPost("/release", ([FromForm] string? name, HttpContext http, SnapshotsPage page) => page.ReleaseAsync(http, name ?? ""));
        restorers.MapGet("/{snapshot}", (string snapshot, HttpContext http, SnapshotsPage page) => page.Look(http, snapshot));
        restorers.MapPost("/{snapshot}/restore", (string snapshot, [FromForm] string? what, [FromForm] string? sure, HttpContext http, SnapshotsPage page) =>
            page.RestoreAsync(http, snapshot, what, isSure: sure is not null));
    }

    private static async ValueTask<object?> OnlyRestorersAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var page = http.RequestServices.GetRequiredService<SnapshotsPage>();
        return await page.MayRestoreAsync(http) ? await next(context) : page.RenderFailure("This is not for you", RenderNotAllowed()).ToResult(StatusCodes.Status403Forbidden);
    }

    private static async ValueTask<object?> AnswerFailuresAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception exception) when (SnapshotFailure.StatusOf(exception) is not null)
        {
            var http = context.HttpContext;
            var page = http.RequestServices.GetRequiredService<SnapshotsPage>();

            // Messages name files and keys.
            var message = await page.MayRestoreAsync(http) ? exception.Message : "The snapshots cannot be read at present.";
            return page.RenderFailure("That did not work", Problem.Render(message)).ToResult(SnapshotFailure.StatusOf(exception)!.Value);
        }
    }

    private async Task<IResult> KeepAsync(HttpContext http, string name)
    {
        try
        {
            var snapshot = await store.SaveAsync(http.RequestAborted);
            store.Pin(snapshot!.FileName, name);
            return Results.Redirect(Path);
        }
        catch (ArgumentException)
        {
            return (await RenderAsync(http, "A name has letters, digits, '.', '-' and '_', and does not begin with a dot.", name)).ToResult(StatusCodes.Status400BadRequest);
        }
        catch (KvSnapshotException taken)
        {
            return (await RenderAsync(http, taken.Message, name)).ToResult(StatusCodes.Status409Conflict);
        }
    }

    private async Task<IResult> ReleaseAsync(HttpContext http, string name)
    {
        if (name.Length == 0)
        {
            return (await RenderAsync(http, "Which name is to be let go of?")).ToResult(StatusCodes.Status400BadRequest);
        }

        store.Unpin(name);
        return Results.Redirect(Path);
    }

    private IResult Look(HttpContext http, string snapshot, string? problem = null, int status = StatusCodes.Status200OK) =>
        RenderOne(http, snapshot, SnapshotDifferences.Of(store, snapshot, sessions.Value.Prefix), problem).ToResult(status);

    private async Task<IResult> RestoreAsync(HttpContext http, string snapshot, string? what, bool isSure)
    {
        if (!isSure)
        {
            return Look(http, snapshot, "Tick the box to say that you are sure.", StatusCodes.Status400BadRequest);
        }

        try
        {
            var author = http.Session.GetUserName();
            if (what == OnlySettings)
            {
                await settings.RestoreAsync(snapshot, author, cancellationToken: http.RequestAborted);
            }
            else
            {
                await store.RestoreAsync(snapshot, cancellationToken: http.RequestAborted);
            }

            return Results.Redirect(Path);
        }
        catch (SnapshotKvConfigurationRefusedException refused)
        {
            return Look(http, snapshot, string.Join(" ", refused.Reasons), StatusCodes.Status400BadRequest);
        }
    }

    private async Task<bool> MayRestoreAsync(HttpContext http) => (await authorization.AuthorizeAsync(http.User, Restorers)).Succeeded;

    private Html RenderFailure(string title, Html why) => layout.Render(Path, title, Html.Of($"""<a href="{Path}">All snapshots</a>"""), why);

    private async Task<Html> RenderAsync(HttpContext http, string? problem = null, string name = "")
    {
        var mayRestore = await MayRestoreAsync(http);
        var token = layout.RenderToken(http);
        return layout.Render(Path, "As it was before", Html.Of($"""
            A snapshot is the whole store at one moment. Every one that is retained can be looked into, compared with the store as it is now, and gone back to, while the shop goes on.
            """), Html.Of($"""
            <section aria-labelledby="keep">
            <h2 id="keep">Keep how it is now</h2>
            {(mayRestore ? RenderKeep(token, problem, name) : RenderNotAllowed())}
            </section>

            <section aria-labelledby="all">
            <h2 id="all">All snapshots</h2>
            <form method="post" action="{Path}/release">
            {token}
            <ul class="lines">{Html.Concat(store.ListSnapshots().Select(snapshot => RenderSnapshot(snapshot, mayRestore)))}</ul>
            </form>
            </section>
            """));
    }

    private static Html RenderKeep(Html token, string? problem, string name) => Html.Of($"""
        {Problem.Render(problem)}
        <form method="post" action="{Path}/keep">
        {token}
        <label for="name">By which name?</label>
        <div class="row">
        <input id="name" name="name" value="{name}" required maxlength="{LongestName}" autocomplete="off" spellcheck="false">
        <button>Save and keep</button>
        </div>
        </form>
        """);

    private static Html RenderSnapshot(SnapshotInfo snapshot, bool mayRestore)
    {
        var made = snapshot.CreatedAt?.UtcDateTime ?? snapshot.Time;
        var time = mayRestore ? Html.Of($"""<a href="{Path}/{snapshot.FileName}">{made:d MMM HH:mm:ss}</a>""") : Html.Of($"{made:d MMM HH:mm:ss}");
        return Html.Of($"""
            <li>
            <span class="what">{time}{Html.Concat(snapshot.PinnedNames.Select(RenderName))}
            <span class="price">{Entries(snapshot)}{snapshot.SizeBytes:N0} bytes; {Because(snapshot, mayRestore)}</span></span>
            <span class="actions">{(mayRestore ? Html.Concat(snapshot.PinnedNames.Select(RenderRelease)) : Html.None)}</span>
            </li>
            """);
    }

    private static Html RenderName(string name) => Html.Of($""" <span class="badge">{name}</span>""");

    private static Html RenderRelease(string name) =>
        Html.Of($"""<button class="plain" name="name" value="{name}" aria-label="Let go of {name}">Let go</button>""");

    private Html RenderOne(HttpContext http, string snapshot, SnapshotDifferences differences, string? problem) =>
        layout.Render(Path, "What has changed since", Html.Of($"""
            Between <code>{snapshot}</code> and the store as it is now. <a href="{Path}">All snapshots</a>
            """), Html.Of($"""
            <section aria-labelledby="differences">
            <h2 id="differences">{differences.Summary}</h2>
            {differences.Render()}
            </section>

            <section aria-labelledby="restore">
            <h2 id="restore">Go back to it</h2>
            {RenderRestore(http, snapshot, problem)}
            </section>
            """));

    private Html RenderRestore(HttpContext http, string snapshot, string? problem) => Html.Of($"""
        {Problem.Render(problem)}
        <form method="post" action="{Path}/{snapshot}/restore">
        {layout.RenderToken(http)}
        <fieldset>
        <legend>What goes back?</legend>
        <label class="choice"><input type="radio" name="what" value="all" checked> Everything <span class="hint">but the sessions: who has signed out stays signed out. How it is now is kept first.</span></label>
        <label class="choice"><input type="radio" name="what" value="{OnlySettings}"> Only the settings <span class="hint">which the settings page can undo.</span></label>
        </fieldset>
        <label class="choice"><input type="checkbox" name="sure" required> Yes, I am sure.</label>
        <button>Go back</button>
        </form>
        """);

    private static Html RenderNotAllowed() => Html.Of($"""
        <p class="hint">Only in development, or for somebody whom the policy <code>{Restorers}</code> lets.</p>
        """);

    private static Html Entries(SnapshotInfo snapshot) => snapshot.Entries is { } entries ? Html.Of($"{entries:N0} entries, ") : Html.None;

    /// <summary>Why it was made; or what is wrong with it, which tells of paths and of what stands in files: to those only who may look into them.</summary>
    private static string Because(SnapshotInfo snapshot, bool mayRestore) => snapshot switch
    {
        { Problem: { } problem } => mayRestore ? problem : "cannot be read",
        { Reason: KvSaveReason.Timer } => "saved because something had changed",
        { Reason: KvSaveReason.Requested } => "saved because somebody asked",
        { Reason: KvSaveReason.Closing } => "saved at the end of a run",
        { Reason: KvSaveReason.Journal } => "saved because the journal was full",
        { Reason: KvSaveReason.Recovery } => "saved after a recovery",
        { Reason: KvSaveReason.BeforeRestore } => "saved before going back",
        { Reason: KvSaveReason.Restore } => "saved after going back",
        _ => "saved",
    };
}
