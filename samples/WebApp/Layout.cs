using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Extensions.Options;
using SnapshotKv.Samples.WebApp.Shop;

namespace SnapshotKv.Samples.WebApp;

/// <summary>What all pages have around them: the way to the others, and the shop's notice, which follows its setting while the page is open.</summary>
internal sealed class Layout(IOptionsMonitor<ShopOptions> shop, IAntiforgery antiforgery)
{
    private static readonly (string Path, string Name)[] Pages = [("/", "Cache"), ("/cart", "Cart"), ("/settings", "Settings"), ("/sessions", "Sessions"), ("/snapshots", "Snapshots")];

    public Html Render(string path, string title, Html lead, Html content) => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{title} – SnapshotKv</title>
        <link rel="icon" href="data:,">
        <link rel="stylesheet" href="/page.css">
        <script src="/page.js" defer></script>
        </head>
        <body>
        <header>
        <a class="skip" href="#content">To the content</a>
        <nav aria-label="Pages"><ul>{Html.Concat(Pages.Select(page => RenderLink(page.Path, page.Name, path)))}</ul></nav>
        </header>
        <div id="shop-notice" class="notice" role="status" data-live="/parts/notice">{RenderNotice()}</div>
        <main id="content">
        <h1>{title}</h1>
        <p class="lead">{lead}</p>
        {content}
        </main>
        </body>
        </html>
        """);

    /// <summary>The shop's notice, or nothing. Its element is always there, since only what changes in it is read out.</summary>
    public Html RenderNotice() => shop.CurrentValue.Notice is { Length: > 0 } notice ? Html.Of($"<p>{notice}</p>") : Html.None;

    /// <summary>What a form has to carry to be believed to come from one of these pages.</summary>
    public Html RenderToken(HttpContext http)
    {
        var token = antiforgery.GetAndStoreTokens(http);
        return Html.Of($"""<input type="hidden" name="{token.FormFieldName}" value="{token.RequestToken}">""");
    }

    private static Html RenderLink(string path, string name, string current) => path == current
        ? Html.Of($"""<li><a href="{path}" aria-current="page">{name}</a></li>""")
        : Html.Of($"""<li><a href="{path}">{name}</a></li>""");
}
