using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SnapshotKv.Samples.Tests.Support;

namespace SnapshotKv.Samples.Tests.WebApp;

/// <summary>The page of snapshots, and the way back.</summary>
public sealed partial class SnapshotsPageTests(Chromium chromium, RunningShop shop) : IClassFixture<RunningShop>
{
    private const string DamagedSnapshot = "data-20200101-000000-0000.msgpack.gz";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GoBack_ToAKeptSnapshot_IsFollowedByOpenPages_AndLeavesSessionsAlone()
    {
        await using var sample = await WebSample.StartAsync("samples/WebApp", "--environment", "Development");
        await using var profile = await chromium.NewProfileAsync();
        var cart = await profile.NewPageAsync();
        await cart.GotoAsync($"{sample.Url}/cart");
        await Assertions.Expect(cart.Locator("html[data-connected]")).ToHaveCountAsync(1);
        await NoticeAsync(profile, sample.Url, "Before");
        var page = await KeepAsync(profile, sample.Url, "before-the-sale");
        await page.ShouldBeAccessibleAsync("snapshots");
        await NoticeAsync(profile, sample.Url, "Sale!");
        await cart.GetByRole(AriaRole.Button, new() { Name = "One Blotting paper more" }).SubmitAsync();
        await Assertions.Expect(cart.Locator("#shop-notice")).ToHaveTextAsync("Sale!");

        await LookAsync(page, "before-the-sale");
        await Assertions.Expect(page.Locator(".differences")).ToContainTextAsync("config:Shop:Notice");
        await page.ShouldBeAccessibleAsync("snapshot");
        await GoBackAsync(page, "Everything");

        await Assertions.Expect(cart.Locator("#shop-notice")).ToHaveTextAsync("Before");
        await cart.ReloadAsync();
        await Assertions.Expect(cart.GetByRole(AriaRole.Status, new() { Name = "Blotting paper", Exact = true })).ToHaveTextAsync("1");
        await Assertions.Expect(page.Locator(".badge", new() { HasText = "before-restore-" })).ToHaveCountAsync(1);

        // And back again: what was there before is kept.
        await LookAsync(page, "before-restore-");
        await GoBackAsync(page, "Everything");
        await Assertions.Expect(cart.Locator("#shop-notice")).ToHaveTextAsync("Sale!");
    }

    [Fact]
    public async Task GoBack_OnlyTheSettings_StandsInTheirHistory()
    {
        await using var sample = await WebSample.StartAsync("samples/WebApp", "--environment", "Development");
        await using var profile = await chromium.NewProfileAsync();
        await NoticeAsync(profile, sample.Url, "Before");
        var page = await KeepAsync(profile, sample.Url, "noon");
        await NoticeAsync(profile, sample.Url, "After");

        await LookAsync(page, "noon");
        await GoBackAsync(page, "Only the settings");

        await Assertions.Expect(page.Locator("#shop-notice")).ToHaveTextAsync("Before");
        await page.GotoAsync($"{sample.Url}/settings");
        (await page.Locator(".history > li").First.InnerTextAsync()).ShouldContain("Goes back to the snapshot data-");
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo number 3" }).SubmitAsync();
        await Assertions.Expect(page.Locator("#shop-notice")).ToHaveTextAsync("After");
    }

    [Fact]
    public async Task Page_InProduction_ShowsTheListAndNothingToDo()
    {
        await using var sample = await WebSample.StartAsync("samples/WebApp", "--environment", "Development");
        await using var profile = await chromium.NewProfileAsync();
        var page = await KeepAsync(profile, sample.Url, "noon");
        await File.WriteAllTextAsync(Path.Combine(sample.Home, "store", "snapshots", DamagedSnapshot), "no snapshot at all", Token);
        var damaged = page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "18 bytes" });
        await page.ReloadAsync();
        (await damaged.InnerTextAsync()).ShouldContain("begins with the byte 6e");
        await sample.RestartAsync("--environment", "Production");

        await page.GotoAsync($"{sample.Url}/snapshots");

        await Assertions.Expect(page.Locator(".badge", new() { HasText = "noon" })).ToHaveCountAsync(1);
        (await page.Locator("main").GetByRole(AriaRole.Button).CountAsync()).ShouldBe(0);
        (await page.Locator("main").GetByRole(AriaRole.Link).CountAsync()).ShouldBe(0);
        (await damaged.InnerTextAsync()).ShouldContain("cannot be read");
        (await damaged.InnerTextAsync()).ShouldNotContain("byte 6e");
        await page.ShouldBeAccessibleAsync("snapshots-not-allowed");

        // Whoever makes up the addresses and forms all the same is told no; the token is one of another page's form.
        using var client = new HttpClient();
        var token = await TokenAsync(client, sample.Url);
        await ShouldBeForbiddenAsync(await client.GetAsync(new Uri($"{sample.Url}/snapshots/noon"), Token));
        await ShouldBeForbiddenAsync(await PostAsync(client, $"{sample.Url}/snapshots/keep", token, ("name", "evening")));
        await ShouldBeForbiddenAsync(await PostAsync(client, $"{sample.Url}/snapshots/release", token, ("name", "noon")));
        await ShouldBeForbiddenAsync(await PostAsync(client, $"{sample.Url}/snapshots/noon/restore", token, ("what", "all"), ("sure", "on")));
        await page.ReloadAsync();
        (await page.Locator(".badge").AllInnerTextsAsync()).ShouldBe(["noon"]);
    }

    [Fact]
    public async Task GoBack_FormFromElsewhere_IsRefused()
    {
        using var client = new HttpClient();
        using var form = new FormUrlEncodedContent([new("what", "all"), new("sure", "on")]);

        using var answer = await client.PostAsync(new Uri($"{shop.Url}/snapshots/noon/restore"), form, Token);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Keep_NameThatIsTakenOrNone_IsRefusedWithTheReason()
    {
        await using var profile = await chromium.NewProfileAsync();
        await KeepAsync(profile, shop.Url, "taken");
        await NoticeAsync(profile, shop.Url, "Something else");

        var page = await KeepAsync(profile, shop.Url, "taken");
        (await page.GetByRole(AriaRole.Alert).InnerTextAsync()).ShouldContain("taken");
        await page.GetByLabel("By which name?").FillAsync("../noon");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and keep" }).SubmitAsync();
        (await page.GetByRole(AriaRole.Alert).InnerTextAsync()).ShouldContain("A name has letters");
        await page.ShouldBeAccessibleAsync("snapshots-refused");
    }

    [Theory]
    [InlineData("noon")]
    [InlineData("data-20190101-000000-0000.msgpack.gz")]
    [InlineData("%2e%2e%2f%2e%2e%2fkeys")]
    public async Task Look_SnapshotThatIsNotThere_IsNotFound(string name)
    {
        using var client = new HttpClient();

        using var answer = await client.GetAsync(new Uri($"{shop.Url}/snapshots/{name}"), Token);

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync(Token)).ShouldContain("There is no snapshot");
    }

    [Theory]
    [InlineData("all")]
    [InlineData("settings")]
    public async Task LookAndGoBack_DamagedSnapshot_SaysSo(string what)
    {
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(shop.Snapshots).FullName, DamagedSnapshot), "no snapshot at all", Token);
        using var client = new HttpClient();
        var token = await TokenAsync(client, shop.Url);

        using var seen = await client.GetAsync(new Uri($"{shop.Url}/snapshots/{DamagedSnapshot}"), Token);
        using var restored = await PostAsync(client, $"{shop.Url}/snapshots/{DamagedSnapshot}/restore", token, ("what", what), ("sure", "on"));

        foreach (var answer in new[] { seen, restored })
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
            (await answer.Content.ReadAsStringAsync(Token)).ShouldMatch($"role=\"alert\">[^<]*{DamagedSnapshot}");
        }
    }

    [Fact]
    public async Task GoBack_NotSure_SaysWhatToTick()
    {
        await using var profile = await chromium.NewProfileAsync();
        await KeepAsync(profile, shop.Url, "unsure");
        using var client = new HttpClient();
        var token = await TokenAsync(client, shop.Url);

        using var answer = await PostAsync(client, $"{shop.Url}/snapshots/unsure/restore", token, ("what", "all"));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(Token)).ShouldContain("Tick the box");
    }

    [Fact]
    public async Task LetGo_TakesTheNameAway()
    {
        await using var profile = await chromium.NewProfileAsync();
        var page = await KeepAsync(profile, shop.Url, "released");

        await page.GetByRole(AriaRole.Button, new() { Name = "Let go of released" }).SubmitAsync();

        (await page.Locator(".badge", new() { HasText = "released" }).CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task LetGo_OfNoName_IsRefused()
    {
        using var client = new HttpClient();
        var token = await TokenAsync(client, shop.Url);

        using var answer = await PostAsync(client, $"{shop.Url}/snapshots/release", token, ("name", ""));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync(Token)).ShouldContain("Which name");
    }

    [Fact]
    public async Task Look_SessionsThatWereChanged_AreLeftOut()
    {
        await using var profile = await chromium.NewProfileAsync();
        var page = await KeepAsync(profile, shop.Url, "before-the-cart");
        var cart = await profile.NewPageAsync();
        await cart.GotoAsync($"{shop.Url}/cart");
        await cart.GetByRole(AriaRole.Button, new() { Name = "One Blotting paper more" }).SubmitAsync();

        await LookAsync(page, "before-the-cart");

        (await page.Locator("main").InnerTextAsync()).ShouldNotContain("session:");
    }

    /// <summary>The token of a form that everybody may see; what belongs to it, a cookie, is the client's from now on.</summary>
    private static async Task<string> TokenAsync(HttpClient client, string url) =>
        TokenField().Match(await client.GetStringAsync(new Uri($"{url}/settings"), Token)).Groups["token"].Value;

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex TokenField();

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string url, string token, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", token), .. fields.Select(static field => KeyValuePair.Create(field.Name, field.Value))]);
        return await client.PostAsync(new Uri(url), form, Token);
    }

    private static async Task ShouldBeForbiddenAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, answer.RequestMessage!.RequestUri!.PathAndQuery);
            (await answer.Content.ReadAsStringAsync(Token)).ShouldContain("the policy");
        }
    }

    private static async Task NoticeAsync(IBrowserContext profile, string url, string notice)
    {
        var page = await profile.NewPageAsync();
        await page.GotoAsync($"{url}/settings");
        await page.GetByLabel("Notice on all pages").FillAsync(notice);
        await page.GetByLabel("Your name").FillAsync("Ada");
        await page.GetByLabel("Why").FillAsync("It is time.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).SubmitAsync();
        await page.CloseAsync();
    }

    private static async Task<IPage> KeepAsync(IBrowserContext profile, string url, string name)
    {
        var page = await profile.NewPageAsync();
        await page.GotoAsync($"{url}/snapshots");
        await page.GetByLabel("By which name?").FillAsync(name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and keep" }).SubmitAsync();
        return page;
    }

    private static async Task LookAsync(IPage page, string name)
    {
        await page.GetByRole(AriaRole.Listitem).Filter(new() { Has = page.Locator(".badge", new() { HasText = name }) }).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("What has changed since");
    }

    private static async Task GoBackAsync(IPage page, string what)
    {
        await page.GetByRole(AriaRole.Radio, new() { Name = what }).CheckAsync();
        await page.GetByRole(AriaRole.Checkbox, new() { Name = "Yes, I am sure." }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Go back" }).SubmitAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("As it was before");
    }
}
