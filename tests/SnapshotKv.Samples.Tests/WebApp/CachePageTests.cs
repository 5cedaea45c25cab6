using SnapshotKv.Samples.Tests.Support;

namespace SnapshotKv.Samples.Tests.WebApp;

/// <summary>The page that counts primes once.</summary>
public sealed class CachePageTests(Chromium chromium)
{
    [Fact]
    public async Task Ask_TwiceAndOverARestart_IsComputedOnce()
    {
        await using var profile = await chromium.NewProfileAsync();
        await using var sample = await WebSample.StartAsync("samples/WebApp");
        var page = await profile.NewPageAsync();
        await page.GotoAsync(sample.Url);
        (await page.TitleAsync()).ShouldContain("SnapshotKv");

        await page.GetByLabel("How many primes lie below").FillAsync("100000");
        await page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Count them" }).SubmitAsync();

        var outcome = page.Locator(".outcome");
        (await outcome.InnerTextAsync()).ShouldMatch(@"9,592 primes lie below 100,000\s+computed, in");
        await page.ShouldBeAccessibleAsync("cache-miss");

        await sample.RestartAsync();
        await page.ReloadAsync();

        (await outcome.InnerTextAsync()).ShouldMatch(@"9,592 primes lie below 100,000\s+from the cache, in");
        await page.ShouldBeAccessibleAsync("cache-hit");
    }
}
