using System.Net;
using Microsoft.Playwright;
using SnapshotKv.Samples.Tests.Support;

namespace SnapshotKv.Samples.Tests.WebApp;

/// <summary>The page of snapshots, and the way back.</summary>
public sealed class SnapshotsPageTests(Chromium chromium)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GoBack_ToAKeptSnapshot_IsFollowedByOpenPages_AndLeavesSessionsAlone()
    {
        await using var sample = await WebSample.StartAsync("samples/WebApp", "--environment", "Development");
        await using var profile = await chromium.NewProfileAsync();
        var cart = await profile.NewPageAsync();
        await cart.GotoAsync($"{sample.Url}/cart");
        await Assertions.Expect(cart.Locator("html[data-connected]")).ToHaveCountAsync(1);
        await NoticeAsync(profile, sample, "Before");
        var page = await KeepAsync(profile, sample, "before-the-sale");
        await page.ShouldBeAccessibleAsync("snapshots");
        await NoticeAsync(profile, sample, "Sale!");
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
        await NoticeAsync(profile, sample, "Before");
        var page = await KeepAsync(profile, sample, "noon");
        await NoticeAsync(profile, sample, "After");

        await LookAsync(page, "noon");
        await GoBackAsync(page, "Only the settings");

        await Assertions.Expect(page.Locator("#shop-notice")).ToHaveTextAsync("Before");
        await page.GotoAsync($"{sample.Url}/settings");
        (await page.Locator(".history > li").First.InnerTextAsync()).ShouldContain("Goes back to the snapshot data-");
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo number 3" }).SubmitAsync();
        await Assertions.Expect(page.Locator("#shop-notice")).ToHaveTextAsync("After");
    }

    [Fact]
    public async Task GoBack_InProduction_IsNotOfferedAndForbidden()
    {
        await using var sample = await WebSample.StartAsync("samples/WebApp");
        await using var profile = await chromium.NewProfileAsync();
        var page = await KeepAsync(profile, sample, "noon");
        await LookAsync(page, "noon");

        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Go back" })).ToHaveCountAsync(0);
        await page.ShouldBeAccessibleAsync("snapshot-not-allowed");

        // Whoever makes up the form all the same is told no. The token is one of the other form's.
        var path = new Uri(page.Url).AbsolutePath;
        await page.GotoAsync($"{sample.Url}/snapshots");
        await page.EvaluateAsync("path => { const form = document.querySelector('form'); form.action = path + '/restore'; form.insertAdjacentHTML('beforeend', '<input name=sure value=on>'); form.noValidate = true; }", path);
        var answer = page.WaitForResponseAsync(response => response.Request.Method == "POST");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and keep" }).ClickAsync();
        (await answer).Status.ShouldBe((int)HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task GoBack_FormFromElsewhere_IsRefused()
    {
        await using var sample = await WebSample.StartAsync("samples/WebApp", "--environment", "Development");
        using var client = new HttpClient();
        using var form = new FormUrlEncodedContent([new("what", "all"), new("sure", "on")]);

        using var answer = await client.PostAsync(new Uri($"{sample.Url}/snapshots/noon/restore"), form, Token);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Keep_NameThatIsTakenOrNone_IsRefusedWithTheReason()
    {
        await using var sample = await WebSample.StartAsync("samples/WebApp");
        await using var profile = await chromium.NewProfileAsync();
        await KeepAsync(profile, sample, "noon");
        await NoticeAsync(profile, sample, "Something else");

        var page = await KeepAsync(profile, sample, "noon");
        (await page.GetByRole(AriaRole.Alert).InnerTextAsync()).ShouldContain("noon");
        await page.GetByLabel("By which name?").FillAsync("../noon");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save and keep" }).SubmitAsync();
        (await page.GetByRole(AriaRole.Alert).InnerTextAsync()).ShouldContain("A name has letters");
        await page.ShouldBeAccessibleAsync("snapshots-refused");
    }

    [Fact]
    public async Task Look_SnapshotThatIsNotThere_IsNotFound()
    {
        await using var sample = await WebSample.StartAsync("samples/WebApp");
        using var client = new HttpClient();

        foreach (var name in new[] { "noon", "data-20200101-000000-0000.msgpack.gz", "%2e%2e%2f%2e%2e%2fkeys" })
        {
            using var answer = await client.GetAsync(new Uri($"{sample.Url}/snapshots/{name}"), Token);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, name);
        }
    }

    [Fact]
    public async Task LetGo_TakesTheNameAway()
    {
        await using var sample = await WebSample.StartAsync("samples/WebApp");
        await using var profile = await chromium.NewProfileAsync();
        var page = await KeepAsync(profile, sample, "noon");

        await page.GetByRole(AriaRole.Button, new() { Name = "Let go of noon" }).SubmitAsync();

        (await page.Locator(".badge").CountAsync()).ShouldBe(0);
    }

    private static async Task NoticeAsync(IBrowserContext profile, WebSample sample, string notice)
    {
        var page = await profile.NewPageAsync();
        await page.GotoAsync($"{sample.Url}/settings");
        await page.GetByLabel("Notice on all pages").FillAsync(notice);
        await page.GetByLabel("Your name").FillAsync("Ada");
        await page.GetByLabel("Why").FillAsync("It is time.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).SubmitAsync();
        await page.CloseAsync();
    }

    private static async Task<IPage> KeepAsync(IBrowserContext profile, WebSample sample, string name)
    {
        var page = await profile.NewPageAsync();
        await page.GotoAsync($"{sample.Url}/snapshots");
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
