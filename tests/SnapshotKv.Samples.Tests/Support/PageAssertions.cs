using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace SnapshotKv.Samples.Tests.Support;

/// <summary>What every page has to be in every state.</summary>
internal static class PageAssertions
{
    /// <summary>Checks a page as it stands now against all rules of axe, and keeps a picture of it beside the tests.</summary>
    /// <param name="page">The page.</param>
    /// <param name="name">What the picture is called.</param>
    public static async Task ShouldBeAccessibleAsync(this IPage page, string name)
    {
        await page.ScreenshotAsync(new() { Path = PictureOf(name), FullPage = true, Animations = ScreenshotAnimations.Disabled });
        var result = await page.RunAxe();
        result.Violations.Select(static violation => $"{violation.Id}: {violation.Help}: {string.Join("; ", violation.Nodes.Select(static node => node.Html))}")
            .ShouldBeEmpty($"axe, {name}");
        result.Passes.ShouldNotBeEmpty();
    }

    /// <summary>Nothing is wider than the window.</summary>
    public static async Task ShouldNotScrollSidewaysAsync(this IPage page)
    {
        var width = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        width.ShouldBeLessThanOrEqualTo(page.ViewportSize!.Width, page.Url);
    }

    private static string PictureOf(string name) => Path.Combine(AppContext.BaseDirectory, "screenshots", name + ".png");
}
