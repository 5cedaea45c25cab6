using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Configuration;
using SnapshotKv.Samples.WebApp.Shop;

namespace SnapshotKv.Samples.WebApp.Pages;

/// <summary>The settings, which lie in the store as configuration: changed by the writer service, with who did it and why, and taken back.</summary>
internal sealed class SettingsPage(Layout layout, IOptionsMonitor<ShopOptions> shop, ISnapshotKvConfigurationWriter writer)
{
    private const string Path = "/settings";
    private const int ShownRevisions = 10;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Path, async (HttpContext http, SettingsPage page) => (await page.RenderAsync(http)).ToResult());
        app.MapGet("/parts/settings", async (SettingsPage page) => (await page.RenderCurrentAsync()).ToResult());
        app.MapPost(Path, ([FromForm] string? freeDelivery, [FromForm] string? notice, [FromForm] string? author, [FromForm] string? reason, [FromForm] string version,
            HttpContext http, SettingsPage page) => page.ChangeAsync(http, new(freeDelivery is not null, notice ?? "", author, reason, version)));
        app.MapPost(Path + "/undo", ([FromForm] long revision, HttpContext http, SettingsPage page) => page.UndoAsync(http, revision));
    }

    private async Task<IResult> ChangeAsync(HttpContext http, SettingsInput input)
    {
        var change = new SnapshotKvConfigurationChange { Author = input.Author, Reason = input.Reason, ExpectedVersion = input.Version }
            .Set($"{ShopOptions.Section}:{nameof(ShopOptions.FreeDelivery)}", input.FreeDelivery ? "true" : "false")
            .Set($"{ShopOptions.Section}:{nameof(ShopOptions.Notice)}", input.Notice);
        try
        {
            // Completes when the change is on disk and all of this application sees it.
            await writer.ApplyAsync(change, http.RequestAborted);
            return Results.Redirect(Path);
        }
        catch (KvConflictException)
        {
            const string Changed = "Somebody else has changed the settings since you opened this page. Below is what they are now; save again if you still want yours.";
            return (await RenderAsync(http, Changed, input)).ToResult(StatusCodes.Status409Conflict);
        }
        catch (SnapshotKvConfigurationRefusedException refused)
        {
            return (await RenderAsync(http, string.Join(" ", refused.Reasons), input)).ToResult(StatusCodes.Status400BadRequest);
        }
    }

    private async Task<IResult> UndoAsync(HttpContext http, long revision)
    {
        try
        {
            await writer.UndoAsync(revision, http.Session.GetUserName(), cancellationToken: http.RequestAborted);
            return Results.Redirect(Path);
        }
        catch (KvConflictException)
        {
            var problem = $"Number {revision} cannot be taken back alone: what it changed has been changed again since. Take that back first.";
            return (await RenderAsync(http, problem)).ToResult(StatusCodes.Status409Conflict);
        }
        catch (ArgumentOutOfRangeException)
        {
            return Results.NotFound();
        }
    }

    /// <param name="http">The request.</param>
    /// <param name="problem">What went wrong; null when nothing did.</param>
    /// <param name="input">What was asked for in vain, so that nobody has to type it again.</param>
    private async Task<Html> RenderAsync(HttpContext http, string? problem = null, SettingsInput? input = null)
    {
        // The version goes into the form: who saves says by it what they have seen.
        var version = (await writer.GetAsync(http.RequestAborted)).Version;
        input ??= new(shop.CurrentValue.FreeDelivery, shop.CurrentValue.Notice, http.Session.GetUserName(), Reason: null, version);
        var current = await RenderCurrentAsync();
        return layout.Render(Path, "Settings that are followed while it runs", Html.Of($"""
            They lie in the store as configuration, over <code>appsettings.json</code>. Open the cart beside this page, save here, and watch it follow:
            <code>IOptionsMonitor</code> does, no restart and no reload.
            """), Html.Of($"""
            <section aria-labelledby="change">
            <h2 id="change">Change</h2>
            {Problem.Render(problem)}
            <form method="post" action="{Path}">
            {layout.RenderToken(http)}
            <input type="hidden" name="version" value="{version}">
            <label class="switch"><input type="checkbox" role="switch" name="freeDelivery" {new Html(input.FreeDelivery ? "checked" : "")}> Free delivery</label>
            <div class="field"><label for="notice">Notice on all pages <span class="hint">or nothing</span></label>
            <input id="notice" name="notice" value="{input.Notice}" autocomplete="off"></div>
            <div class="pair">
            <div class="field"><label for="author">Your name</label><input id="author" name="author" value="{input.Author}" required autocomplete="name"></div>
            <div class="field"><label for="reason">Why</label><input id="reason" name="reason" value="{input.Reason}" required autocomplete="off"></div>
            </div>
            <button>Save</button>
            </form>
            </section>

            <section aria-labelledby="history">
            <h2 id="history">In force, and how it came to that</h2>
            <form method="post" action="{Path}/undo">
            {layout.RenderToken(http)}
            <div data-live="/parts/settings">{current}</div>
            </form>
            </section>
            """));
    }

    private async Task<Html> RenderCurrentAsync()
    {
        var revisions = await writer.GetHistoryAsync(ShownRevisions);
        var settings = shop.CurrentValue;
        return Html.Of($"""
            <dl class="figures">
            <div><dt>Delivery</dt><dd>{(settings.FreeDelivery ? "free" : Money.Format(Cart.DeliveryCents))}</dd></div>
            <div><dt>Notice</dt><dd>{(settings.Notice.Length > 0 ? settings.Notice : "none")}</dd></div>
            </dl>
            {(revisions.Count == 0 ? Html.Of($"""<p class="hint">Nobody has changed anything yet: this is what appsettings.json says.</p>""") : RenderHistory(revisions))}
            """);
    }

    private static Html RenderHistory(IEnumerable<SnapshotKvConfigurationRevision> revisions) =>
        Html.Of($"""<ol class="history">{Html.Concat(revisions.Select(RenderRevision))}</ol>""");

    private static Html RenderRevision(SnapshotKvConfigurationRevision revision) => Html.Of($"""
        <li>
        <div>
        <p><strong>{revision.Author ?? "Somebody"}</strong> <span class="when">number {revision.Revision}, <time datetime="{revision.CommittedAt:O}">{revision.CommittedAt:d MMM HH:mm:ss} UTC</time></span></p>
        <p>{revision.Reason}</p>
        {Html.Concat(revision.Changes.Select(RenderChange))}
        </div>
        <button class="plain" name="revision" value="{revision.Revision}" aria-label="Undo number {revision.Revision}">Undo</button>
        </li>
        """);

    private static Html RenderChange(SnapshotKvConfigurationValueChange change) => Html.Of($"""
        <p class="diff"><code>{change.Key}</code> {Value(change.Existed, change.Before)} → {Value(change.Exists, change.After)}</p>
        """);

    private static Html Value(bool there, string? value) => !there
        ? Html.Of($"""<span class="hint">not set</span>""")
        : Html.Of($"<q>{value}</q>");
}
