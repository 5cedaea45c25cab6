using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using SnapshotKv.Extensions.Tests.Support;

namespace SnapshotKv.Extensions.Tests.Caching;

/// <summary>The stock session store over our cache, in a web application that is stopped and started again.</summary>
public sealed class SessionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Session_SurvivesARestart()
    {
        string cookie;
        await using (var application = await StartAsync())
        {
            using var client = application.GetTestClient();
            var first = await client.GetAsync(new Uri("/visit", UriKind.Relative), Token);
            (await first.Content.ReadAsStringAsync(Token)).ShouldBe("1");
            cookie = first.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
            (await VisitAsync(client, cookie)).ShouldBe("2");
            await application.StopAsync(Token);
        }

        await using var again = await StartAsync();
        using var returning = again.GetTestClient();
        (await VisitAsync(returning, cookie)).ShouldBe("3");
        await again.StopAsync(Token);
    }

    [Fact]
    public async Task Session_Cleared_IsStoredEmptyAndStartsAfresh()
    {
        await using var application = await StartAsync();
        using var client = application.GetTestClient();
        var first = await client.GetAsync(new Uri("/visit", UriKind.Relative), Token);
        var cookie = first.Headers.GetValues("Set-Cookie").Single().Split(';')[0];

        (await SendAsync(client, "/clear", cookie)).ShouldBe("cleared");

        (await VisitAsync(client, cookie)).ShouldBe("1");
        await application.StopAsync(Token);
    }

    private static Task<string> VisitAsync(HttpClient client, string cookie) => SendAsync(client, "/visit", cookie);

    private static async Task<string> SendAsync(HttpClient client, string path, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Cookie", cookie);
        using var response = await client.SendAsync(request, Token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await response.Content.ReadAsStringAsync(Token);
    }

    private async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = _directory.Path });
        builder.WebHost.UseTestServer();

        // The cookie is protected with keys, which have to outlive the restart as well.
        builder.Services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(_directory.Path, "keys"))).SetApplicationName("tests");
        builder.Services.AddSnapshotKv(options => options.Path = "data");
        builder.Services.AddRoutingCore();
        builder.Services.AddSession();

        var application = builder.Build();
        application.UseRouting();
        application.UseSession();
        application.MapGet("/visit", (HttpContext context) =>
        {
            var visits = (context.Session.GetInt32("visits") ?? 0) + 1;
            context.Session.SetInt32("visits", visits);
            return visits.ToString();
        });
        application.MapGet("/clear", (HttpContext context) =>
        {
            context.Session.Clear();
            return "cleared";
        });
        await application.StartAsync(Token);
        return application;
    }
}
