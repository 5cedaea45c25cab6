using Microsoft.Playwright;
using SnapshotKv.Samples.Tests.Support;

namespace SnapshotKv.Samples.Tests.WebApp;

/// <summary>What holds for every page.</summary>
public sealed class AllPagesTests(Chromium chromium, RunningShop shop) : IClassFixture<RunningShop>
{
    /// <summary>The narrowest window that pages are expected to bear (WCAG 2.2, 1.4.10).</summary>
    private static readonly ViewportSize Narrow = new() { Width = 320, Height = 640 };

    public static TheoryData<string> Paths => ["", "cart", "settings", "sessions", "snapshots"];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Page_OnATelephoneInTheDark_IsAccessibleAndFits(string path)
    {
        await using var profile = await chromium.NewProfileAsync(new() { ViewportSize = Narrow, ColorScheme = ColorScheme.Dark, DeviceScaleFactor = 2 });
        var page = await profile.NewPageAsync();

        await page.GotoAsync($"{shop.Url}/{path}");

        await page.ShouldNotScrollSidewaysAsync();
        await page.ShouldBeAccessibleAsync($"narrow-dark-{(path.Length == 0 ? "cache" : path)}");
        (await page.Locator("nav [aria-current]").GetAttributeAsync("href")).ShouldBe("/" + path);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Page_FirstTabAndEnter_LeadsPastTheLinksToTheOtherPages(string path)
    {
        await using var profile = await chromium.NewProfileAsync();
        var page = await profile.NewPageAsync();
        await page.GotoAsync($"{shop.Url}/{path}");

        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(page.Locator(":focus")).ToHaveTextAsync("To the content");
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");

        (await page.Locator("main :focus").CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task Pages_WithoutScript_StillWork()
    {
        await using var profile = await chromium.NewProfileAsync(new() { JavaScriptEnabled = false });
        var page = await profile.NewPageAsync();
        await page.GotoAsync($"{shop.Url}/cart");

        await page.GetByRole(AriaRole.Button, new() { Name = "One Blotting paper more" }).ClickAsync();

        await Assertions.Expect(page.Locator(".bill .total")).ToContainTextAsync("8.10");
    }
}
