using Microsoft.Playwright;
using SnapshotKv.Samples.Tests.Support;

namespace SnapshotKv.Samples.Tests.WebApp;

/// <summary>The settings in the store, and open pages that follow them.</summary>
public sealed class SettingsPageTests(Chromium chromium, RunningShop shop) : IClassFixture<RunningShop>
{
    [Fact]
    public async Task Save_AndUndo_AreFollowedByAnOpenPageWithoutReload()
    {
        await using var profile = await chromium.NewProfileAsync();
        await using var sample = await WebSample.StartAsync("samples/WebApp");
        var cart = await profile.NewPageAsync();
        await cart.GotoAsync($"{sample.Url}/cart");
        await cart.GetByRole(AriaRole.Button, new() { Name = "One Blotting paper more" }).SubmitAsync();
        await ConnectedAsync(cart);
        await cart.EvaluateAsync("window.neverReloaded = true");
        var settings = await OpenAsync(profile, sample.Url);
        await settings.ShouldBeAccessibleAsync("settings-untouched");

        await ChangeAsync(settings, freeDelivery: true, "Free delivery until Sunday", "Ada", "It rains.");
        await settings.ShouldBeAccessibleAsync("settings-changed");

        await Assertions.Expect(cart.Locator("#shop-notice")).ToHaveTextAsync("Free delivery until Sunday");
        await Assertions.Expect(cart.Locator(".bill")).ToContainTextAsync("Deliveryfree");
        await Assertions.Expect(cart.Locator(".bill .total")).ToContainTextAsync("€ 3.20");
        await cart.ShouldBeAccessibleAsync("cart-followed");
        (await settings.Locator(".history").InnerTextAsync()).ShouldMatch(@"(?s)Ada\s+number 1.*It rains\.");

        await settings.GetByRole(AriaRole.Button, new() { Name = "Undo number 1" }).SubmitAsync();

        await Assertions.Expect(cart.Locator("#shop-notice")).ToBeEmptyAsync();
        await Assertions.Expect(cart.Locator(".bill .total")).ToContainTextAsync("€ 8.10");
        (await cart.EvaluateAsync<bool>("window.neverReloaded")).ShouldBeTrue();
    }

    [Fact]
    public async Task Settings_OverARestartOfTheProcess_AreKeptAndFollowedByThePageThatStayedOpen()
    {
        await using var profile = await chromium.NewProfileAsync();
        await using var sample = await WebSample.StartAsync("samples/WebApp");
        var open = await profile.NewPageAsync();
        await open.GotoAsync(sample.Url);
        await ConnectedAsync(open);
        await ChangeAsync(await OpenAsync(profile, sample.Url), freeDelivery: true, "Before", "Ada", "First");
        await Assertions.Expect(open.Locator("#shop-notice")).ToHaveTextAsync("Before");

        await sample.RestartAsync();

        var settings = await OpenAsync(profile, sample.Url);
        (await settings.GetByRole(AriaRole.Switch).IsCheckedAsync()).ShouldBeTrue();
        await ConnectedAsync(open);
        await ChangeAsync(settings, freeDelivery: false, "After", "Grace", "Second");
        await Assertions.Expect(open.Locator("#shop-notice")).ToHaveTextAsync("After");
        (await settings.Locator(".history > li").CountAsync()).ShouldBe(2);
    }

    [Fact]
    public async Task Save_FromAPageThatIsOutOfDate_IsRefusedAndLosesNothing()
    {
        await using var profile = await chromium.NewProfileAsync();
        var first = await OpenAsync(profile, shop.Url);
        var second = await OpenAsync(profile, shop.Url);
        await ChangeAsync(first, freeDelivery: false, "The first", "Ada", "I was first.");

        await ChangeAsync(second, freeDelivery: false, "The second", "Grace", "I was second.");

        (await second.GetByRole(AriaRole.Alert).InnerTextAsync()).ShouldContain("Somebody else has changed the settings");
        (await second.GetByLabel("Notice on all pages").InputValueAsync()).ShouldBe("The second");
        await Assertions.Expect(second.Locator("#shop-notice")).ToHaveTextAsync("The first");
        await second.ShouldBeAccessibleAsync("settings-conflict");

        // Having been told, they may.
        await second.GetByRole(AriaRole.Button, new() { Name = "Save" }).SubmitAsync();
        await Assertions.Expect(first.Locator("#shop-notice")).ToHaveTextAsync("The second");
    }

    [Fact]
    public async Task Save_OfWhatTheShopHasSomethingAgainst_IsRefusedWithItsReason()
    {
        await using var profile = await chromium.NewProfileAsync();
        var page = await OpenAsync(profile, shop.Url);

        await ChangeAsync(page, freeDelivery: true, new string('x', 121), "Ada", "Why not?");

        (await page.GetByRole(AriaRole.Alert).InnerTextAsync()).ShouldBe("A notice has 120 characters at most.");
        await Assertions.Expect(page.Locator("#shop-notice")).Not.ToContainTextAsync("xx");
        await page.ShouldBeAccessibleAsync("settings-refused");
    }

    [Fact]
    public async Task Save_OfMarkup_ShowsItAsText()
    {
        await using var profile = await chromium.NewProfileAsync();
        var page = await OpenAsync(profile, shop.Url);

        await ChangeAsync(page, freeDelivery: false, "<b id=bold>5 < 6</b>", "<i id=italic>", "\"'&");

        await Assertions.Expect(page.Locator("#shop-notice")).ToHaveTextAsync("<b id=bold>5 < 6</b>");
        (await page.Locator("#bold, #italic").CountAsync()).ShouldBe(0);
    }

    private static async Task<IPage> OpenAsync(IBrowserContext profile, string url)
    {
        var page = await profile.NewPageAsync();
        await page.GotoAsync($"{url}/settings");
        return page;
    }

    /// <summary>Until the page hears of changes.</summary>
    private static Task ConnectedAsync(IPage page) => Assertions.Expect(page.Locator("html[data-connected]")).ToHaveCountAsync(1);

    private static async Task ChangeAsync(IPage page, bool freeDelivery, string notice, string author, string reason)
    {
        await page.GetByRole(AriaRole.Switch, new() { Name = "Free delivery" }).SetCheckedAsync(freeDelivery);
        await page.GetByLabel("Notice on all pages").FillAsync(notice);
        await page.GetByLabel("Your name").FillAsync(author);
        await page.GetByLabel("Why").FillAsync(reason);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).SubmitAsync();
    }
}
