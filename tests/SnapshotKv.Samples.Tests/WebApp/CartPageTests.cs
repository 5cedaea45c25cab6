using Microsoft.Playwright;
using SnapshotKv.Samples.Tests.Support;

namespace SnapshotKv.Samples.Tests.WebApp;

/// <summary>The cart in the session.</summary>
public sealed class CartPageTests(Chromium chromium)
{
    [Fact]
    public async Task Cart_OverARestartOfTheProcess_IsKept()
    {
        await using var profile = await chromium.NewProfileAsync();
        await using var sample = await WebSample.StartAsync("samples/WebApp");
        var page = await profile.NewPageAsync();
        await page.GotoAsync($"{sample.Url}/cart");
        await page.ShouldBeAccessibleAsync("cart-empty");

        await More(page, "Fountain pen").ClickAsync();
        await More(page, "Fountain pen").ClickAsync();
        await More(page, "Ink, blue-black").ClickAsync();
        await sample.RestartAsync();
        await page.GotoAsync($"{sample.Url}/cart");

        (await QuantityAsync(page, "Fountain pen")).ShouldBe("2");
        (await QuantityAsync(page, "Ink, blue-black")).ShouldBe("1");
        (await page.Locator(".bill").InnerTextAsync()).ShouldMatch(@"3 pieces\s+€ 55.80\s+Delivery\s+€ 4.90\s+Total\s+€ 60.70");
        await page.ShouldBeAccessibleAsync("cart-kept");
    }

    private static ILocator More(IPage page, string product) => page.GetByRole(AriaRole.Button, new() { Name = $"One {product} more", Exact = true });

    private static Task<string> QuantityAsync(IPage page, string product) => page.GetByRole(AriaRole.Status, new() { Name = product, Exact = true }).InnerTextAsync();
}
