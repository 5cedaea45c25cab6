using System.Net;
using Microsoft.Playwright;
using SnapshotKv.Samples.Tests.Support;

namespace SnapshotKv.Samples.Tests.WebApp;

/// <summary>The cart in the session.</summary>
public sealed class CartPageTests(Chromium chromium, RunningShop shop) : IClassFixture<RunningShop>
{
    private const string Pen = "Fountain pen";
    private const string Ink = "Ink, blue-black";

    [Fact]
    public async Task Cart_OverARestartOfTheProcess_IsKept()
    {
        await using var profile = await chromium.NewProfileAsync();
        await using var sample = await WebSample.StartAsync("samples/WebApp");
        var page = await profile.NewPageAsync();
        await page.GotoAsync($"{sample.Url}/cart");
        await page.ShouldBeAccessibleAsync("cart-empty");

        await More(page, Pen).SubmitAsync();
        await More(page, Pen).SubmitAsync();
        await More(page, Ink).SubmitAsync();
        await sample.RestartAsync();
        await page.GotoAsync($"{sample.Url}/cart");

        (await QuantityAsync(page, Pen)).ShouldBe("2");
        (await QuantityAsync(page, Ink)).ShouldBe("1");
        (await page.Locator(".bill").InnerTextAsync()).ShouldMatch(@"3 pieces\s+€ 55.80\s+Delivery\s+€ 4.90\s+Total\s+€ 60.70");
        await page.ShouldBeAccessibleAsync("cart-kept");
    }

    [Fact]
    public async Task Tabs_ChangingDifferentLinesAtTheSameTime_LoseNothing()
    {
        const int Rounds = 10;
        await using var profile = await chromium.NewProfileAsync();
        var one = await OpenAsync(profile);
        await More(one, "Notebook, squared").SubmitAsync();
        var other = await OpenAsync(profile);

        for (var i = 0; i < Rounds; i++)
        {
            await Task.WhenAll(More(one, Pen).SubmitAsync(), More(other, Ink).SubmitAsync());
        }

        await one.ReloadAsync();
        (await QuantityAsync(one, Pen)).ShouldBe($"{Rounds}");
        (await QuantityAsync(one, Ink)).ShouldBe($"{Rounds}");
        (await QuantityAsync(one, "Notebook, squared")).ShouldBe("1");
    }

    [Fact]
    public async Task Tabs_OneOfWhichActsInTheMiddleOfTheOthersRequest_LoseNothing()
    {
        await using var profile = await chromium.NewProfileAsync();
        var page = await OpenAsync(profile);
        await More(page, Pen).SubmitAsync();
        using var tab = await OtherTabAsync(profile, page);
        using var form = new HeldFormContent(new()
        {
            ["__RequestVerificationToken"] = await page.Locator("input[type=hidden]").First.GetAttributeAsync("value") ?? "",
            ["more"] = "ink",
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{shop.Url}/cart") { Content = form };
        request.Headers.ExpectContinue = true;

        // The server has the session by now, and waits for what is to be done to it.
        var answer = tab.SendAsync(request, TestContext.Current.CancellationToken);
        await form.Begun.WaitAsync(SampleProcess.Patience, TestContext.Current.CancellationToken);
        await More(page, Pen).SubmitAsync();
        (await QuantityAsync(page, Pen)).ShouldBe("2");
        form.Release();
        (await answer).StatusCode.ShouldBe(HttpStatusCode.Redirect);

        await page.ReloadAsync();
        (await QuantityAsync(page, Pen)).ShouldBe("2");
        (await QuantityAsync(page, Ink)).ShouldBe("1");
    }

    [Fact]
    public async Task Keyboard_OnALine_GoesOnWhereItWas()
    {
        await using var profile = await chromium.NewProfileAsync();
        var page = await OpenAsync(profile);
        var focused = page.Locator(":focus");

        // Past the way to the content and the five pages, to the first line that can be more.
        for (var i = 0; i < 7; i++)
        {
            await page.Keyboard.PressAsync("Tab");
        }

        await Assertions.Expect(focused).ToHaveAccessibleNameAsync("One Notebook, squared more");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Quantity(page, "Notebook, squared")).ToHaveTextAsync("1");
        await Assertions.Expect(focused).ToHaveAccessibleNameAsync("One Notebook, squared more");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Quantity(page, "Notebook, squared")).ToHaveTextAsync("2");
        await Assertions.Expect(focused).ToHaveAccessibleNameAsync("One Notebook, squared more");
        await page.Keyboard.PressAsync("Shift+Tab");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(Quantity(page, "Notebook, squared")).ToHaveTextAsync("1");
        await Assertions.Expect(focused).ToHaveAccessibleNameAsync("One Notebook, squared less");
    }

    [Fact]
    public async Task Form_WithoutItsToken_IsRefused()
    {
        using var client = new HttpClient();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["more"] = "ink" });

        using var answer = await client.PostAsync(new Uri($"{shop.Url}/cart"), form, TestContext.Current.CancellationToken);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    private async Task<IPage> OpenAsync(IBrowserContext profile)
    {
        var page = await profile.NewPageAsync();
        await page.GotoAsync($"{shop.Url}/cart");
        return page;
    }

    /// <summary>A client with the page's cookies.</summary>
    private static async Task<HttpClient> OtherTabAsync(IBrowserContext profile, IPage page)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, Expect100ContinueTimeout = SampleProcess.Patience };
        var client = new HttpClient(handler) { Timeout = SampleProcess.Patience };
        var cookies = await profile.CookiesAsync([page.Url]);
        client.DefaultRequestHeaders.Add("Cookie", string.Join("; ", cookies.Select(static cookie => $"{cookie.Name}={cookie.Value}")));
        return client;
    }

    private static ILocator More(IPage page, string product) => page.GetByRole(AriaRole.Button, new() { Name = $"One {product} more", Exact = true });

    private static ILocator Quantity(IPage page, string product) => page.GetByRole(AriaRole.Status, new() { Name = product, Exact = true });

    private static Task<string> QuantityAsync(IPage page, string product) => Quantity(page, product).InnerTextAsync();
}
