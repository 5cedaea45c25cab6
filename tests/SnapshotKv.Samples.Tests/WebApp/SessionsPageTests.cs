using Microsoft.Playwright;
using SnapshotKv.Samples.Tests.Support;

namespace SnapshotKv.Samples.Tests.WebApp;

/// <summary>The list of sessions.</summary>
public sealed class SessionsPageTests(Chromium chromium)
{
    [Fact]
    public async Task Session_ThatSomebodyElseEnds_IsEmptyAtTheNextLook()
    {
        await using var sample = await WebSample.StartAsync("samples/WebApp");
        await using var adas = await chromium.NewProfileAsync();
        await using var graces = await chromium.NewProfileAsync();
        var ada = await SignInAsync(adas, sample, "Ada");
        var cart = await graces.NewPageAsync();
        await cart.GotoAsync($"{sample.Url}/cart");
        await cart.GetByRole(AriaRole.Button, new() { Name = "One Fountain pen more" }).SubmitAsync();
        var grace = await SignInAsync(graces, sample, "Grace");
        (await grace.GetByRole(AriaRole.Heading, new() { Name = "2 sessions" }).CountAsync()).ShouldBe(1);

        await ada.ReloadAsync();
        (await ada.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "Ada" }).InnerTextAsync()).ShouldContain("you");
        await ada.ShouldBeAccessibleAsync("sessions");
        await ada.GetByRole(AriaRole.Button, new() { Name = "End the session of Grace" }).SubmitAsync();

        (await ada.GetByRole(AriaRole.Heading, new() { Name = "One session" }).CountAsync()).ShouldBe(1);
        await cart.ReloadAsync();
        (await cart.GetByRole(AriaRole.Status, new() { Name = "Fountain pen", Exact = true }).InnerTextAsync()).ShouldBe("0");
    }

    private static async Task<IPage> SignInAsync(IBrowserContext profile, WebSample sample, string name)
    {
        var page = await profile.NewPageAsync();
        await page.GotoAsync($"{sample.Url}/sessions");
        await page.GetByLabel("What shall we call you?").FillAsync(name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Remember it" }).SubmitAsync();
        (await page.GetByLabel("What shall we call you?").InputValueAsync()).ShouldBe(name);
        return page;
    }
}
