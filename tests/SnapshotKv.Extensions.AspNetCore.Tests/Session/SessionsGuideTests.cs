using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using SnapshotKv.Extensions.AspNetCore.Session;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Tests;

namespace SnapshotKv.Extensions.AspNetCore.Tests.Session;

/// <summary>The code of <c>docs/guides/sessions.md</c> and of the package's README, run; and their tables, held against the code.</summary>
public sealed class SessionsGuideTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Guide_EachBlock_DoesWhatThePageSays()
    {
        await using var app = await StartAsync();
        using var client = app.GetTestClient();
        var (text, cookie) = await SendAsync(client, "/cart/add/tea", "");
        text.ShouldBe("1 things in the cart");
        (await SendAsync(client, "/cart/add/milk", cookie)).Text.ShouldBe("2 things in the cart");
        await SendAsync(client, "/sign-in/ada", cookie);
        var (_, phone) = await SendAsync(client, "/sign-in/ada", "");

        var directory = app.Services.GetRequiredService<ISnapshotKvSessionDirectory>();
        (await ShowAsync(directory, "ada")).ShouldBe(
            ["ada, 1 keys: snapshotkv:user (3 B)", "ada, 3 keys: cart:milk (1 B), cart:tea (1 B), snapshotkv:user (3 B)"], ignoreOrder: true);
        (await SendAsync(client, "/sign-out-everywhere", phone)).Text.ShouldBe("2 sessions ended");
        (await SendAsync(client, "/cart/add/sugar", cookie)).Text.ShouldBe("1 things in the cart");
        (await directory.CountAsync(Token)).ShouldBe(1);
    }

    [Fact]
    public void Documents_NameEveryOption()
    {
        foreach (var document in (string[])["docs/guides/sessions.md", "src/SnapshotKv.Extensions.AspNetCore/README.md"])
        {
            foreach (var property in typeof(SnapshotKvSessionOptions).GetProperties())
            {
                Repository.Read(document).ShouldContain($"`{property.Name}`", Case.Sensitive, document);
            }
        }
    }

    // begin inspect
    private static async Task<List<string>> ShowAsync(ISnapshotKvSessionDirectory sessions, string userName)
    {
        var lines = new List<string>();
        await foreach (var session in sessions.ListAsync(userName))
        {
            // Null when it has ended since it was listed.
            if (await sessions.FindAsync(session.Id) is { } details)
            {
                var keys = details.ValueSizes.OrderBy(key => key.Key, StringComparer.Ordinal).Select(key => $"{key.Key} ({key.Value} B)");
                lines.Add($"{session.UserName}, {session.KeyCount} keys: {string.Join(", ", keys)}");
            }
        }

        return lines;
    }

    // end inspect
    private static async Task<(string Text, string Cookie)> SendAsync(HttpClient client, string path, string cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (cookie.Length > 0)
        {
            request.Headers.Add("Cookie", cookie);
        }

        using var response = await client.SendAsync(request, Token);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadAsStringAsync(Token), response.Headers.TryGetValues("Set-Cookie", out var set) ? set.Single().Split(';')[0] : cookie);
    }

    private async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = _directory.Path });
        builder.WebHost.UseTestServer();
        builder.Services.AddRoutingCore();
        var keys = new DirectoryInfo(Path.Combine(builder.Environment.ContentRootPath, "keys"));

        // begin program
        builder.Services.AddSnapshotKv(options => options.Path = "data");
        builder.Services.AddSnapshotKvSession();
        builder.Services.AddDataProtection().PersistKeysToFileSystem(keys);

        var app = builder.Build();
        app.UseSession();
        app.MapGet("/cart/add/{product}", (HttpContext context, string product) =>
        {
            context.Session.SetString($"cart:{product}", "1");
            return $"{context.Session.Keys.Count(key => key.StartsWith("cart:", StringComparison.Ordinal))} things in the cart";
        });

        // end program
        // begin users
        app.MapGet("/sign-in/{name}", (HttpContext context, string name) =>
        {
            // After the password was checked.
            context.Session.SetUserName(name);
            return $"Hello {name}";
        });
        app.MapGet("/sign-out-everywhere", async (HttpContext context, ISnapshotKvSessionDirectory sessions) =>
            context.Session.GetUserName() is { } name ? $"{await sessions.RevokeUserAsync(name)} sessions ended" : "Nobody is signed in");

        // end users
        await app.StartAsync(Token);
        return app;
    }
}
