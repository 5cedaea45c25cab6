using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnapshotKv.Extensions.AspNetCore.Session;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.AspNetCore.Tests.Support;

/// <summary>A web application with the stock <c>UseSession()</c>, over our session store or over the stock one on our distributed cache.</summary>
internal sealed class SessionHost : IAsyncDisposable
{
    private readonly WebApplication _application;

    private SessionHost(WebApplication application)
    {
        _application = application;
        Client = application.GetTestClient();
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => _application.Services;

    public ISnapshotKvSessionDirectory Directory => Services.GetRequiredService<ISnapshotKvSessionDirectory>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<SessionHost> StartAsync(
        string root,
        bool stock = false,
        ManualTimeProvider? clock = null,
        CapturingLogger? log = null,
        Action<IServiceCollection>? services = null,
        Action<WebApplication>? map = null,
        string keys = "keys")
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = root });
        builder.WebHost.UseTestServer();
        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        if (log is not null)
        {
            builder.Logging.AddProvider(log);
        }

        // The cookie is protected with keys, which have to outlive a restart as well.
        builder.Services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(root, keys))).SetApplicationName("tests");
        builder.Services.AddSingleton<TimeProvider>(clock ?? new ManualTimeProvider());
        builder.Services.AddRoutingCore();
        builder.Services.AddSnapshotKv(options => options.Path = "data");
        if (stock)
        {
            builder.Services.AddSession();
        }
        else
        {
            builder.Services.AddSnapshotKvSession();
        }

        services?.Invoke(builder.Services);
        var application = builder.Build();
        application.UseRouting();
        application.UseSession();
        Map(application);
        map?.Invoke(application);
        await application.StartAsync(Token);
        return new(application);
    }

    /// <summary>Sends a request, and gives what it answered and the cookie to go on with.</summary>
    public async Task<(string Text, string Cookie)> SendAsync(string path, string cookie = "")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (cookie.Length > 0)
        {
            request.Headers.Add("Cookie", cookie);
        }

        using var response = await Client.SendAsync(request, Token);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Token));
        return (await response.Content.ReadAsStringAsync(Token), response.Headers.TryGetValues("Set-Cookie", out var set) ? set.Single().Split(';')[0] : cookie);
    }

    public async Task<string> GetAsync(string path, string cookie) => (await SendAsync(path, cookie)).Text;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _application.StopAsync(CancellationToken.None);
        await _application.DisposeAsync();
    }

    private static void Map(WebApplication application)
    {
        application.MapGet("/nothing", () => "nothing");
        application.MapGet("/show", (HttpContext context) => Sessions.Show(context.Session));
        application.MapGet("/id", (HttpContext context) => context.Session.Id);
        application.MapGet("/visit", (HttpContext context) =>
        {
            var visits = (context.Session.GetInt32("visits") ?? 0) + 1;
            context.Session.SetInt32("visits", visits);
            return visits.ToString(CultureInfo.InvariantCulture);
        });
        application.MapGet("/set/{key}/{value}", (HttpContext context, string key, string value) =>
        {
            context.Session.SetString(key, value);
            return "set";
        });
        application.MapGet("/sign-in/{name}", (HttpContext context, string name) =>
        {
            context.Session.SetUserName(name);
            return "signed in";
        });
        application.MapGet("/clear", (HttpContext context) =>
        {
            context.Session.Clear();
            return "cleared";
        });
    }
}
