using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace SnapshotKv.Samples.Tests.Support;

/// <summary>What every page has to be in every state.</summary>
internal static class PageAssertions
{
    /// <summary>All rules that axe has switched on, in the page itself. Its own way to run for Playwright compiles it twice, the second time in a new browser profile, to reach into frames; these pages have none.</summary>
    private const string RunAxe = """
        async () => {
            const result = await axe.run(document, { resultTypes: ['violations'] });
            if (result.passes.length === 0) {
                throw new Error('axe has looked at nothing');
            }

            return result.violations.map(violation => `${violation.id}: ${violation.help}: ${violation.nodes.map(node => node.html).join('; ')}`);
        }
        """;

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    /// <summary>Checks a page as it stands now against all rules of axe, and keeps a picture of it beside the tests.</summary>
    /// <param name="page">The page.</param>
    /// <param name="name">What the picture is called.</param>
    public static async Task ShouldBeAccessibleAsync(this IPage page, string name)
    {
        await page.ScreenshotAsync(new() { Path = PictureOf(name), FullPage = true, Animations = ScreenshotAnimations.Disabled });
        page.Frames.Count.ShouldBe(1, "axe looks into no frame");
        await page.EvaluateAsync(Axe);
        (await page.EvaluateAsync<string[]>(RunAxe)).ShouldBeEmpty($"axe, {name}");
    }

    /// <summary>Nothing is wider than the window.</summary>
    public static async Task ShouldNotScrollSidewaysAsync(this IPage page)
    {
        var width = await page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        width.ShouldBeLessThanOrEqualTo(page.ViewportSize!.Width, page.Url);
    }

    private static string PictureOf(string name) => Path.Combine(AppContext.BaseDirectory, "screenshots", name + ".png");
}
