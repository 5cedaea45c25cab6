using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.DataProtection;
using SnapshotKv.Samples.WebApp;
using SnapshotKv.Samples.WebApp.Pages;
using SnapshotKv.Samples.WebApp.Primes;
using SnapshotKv.Samples.WebApp.Shop;

var builder = WebApplication.CreateBuilder(args);

// The directory stands in appsettings.json, and lies under the content root: samples/WebApp/data/store. One store holds all there is: the settings
// that the settings page writes, which go before appsettings.json unless the shop has something against them; the cache; the sessions.
builder.Configuration.AddSnapshotKv(source => source.Validate(ShopOptions.Check));
builder.Services.AddSnapshotKv();
builder.Services.AddSnapshotKvSession();
builder.Services.AddAntiforgery();
// Who may take the store back in time: anybody while it is developed; where it is in use, only whom the shop's own sign-in, which this sample does without, makes an operator.
builder.Services.AddAuthorizationBuilder().AddPolicy(SnapshotsPage.Restorers, policy =>
    policy.RequireAssertion(context => builder.Environment.IsDevelopment() || context.User.IsInRole("operator")));
builder.Services.AddHealthChecks().AddSnapshotKv();

// What signs the session's cookie has to outlive the process too, or nobody would find their session again.
var store = Path.GetFullPath(builder.Configuration["SnapshotKv:Path"] ?? "data/store", builder.Environment.ContentRootPath);
builder.Services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(Path.Combine(Path.GetDirectoryName(store)!, "keys")));

builder.Services.Configure<ShopOptions>(builder.Configuration.GetSection(ShopOptions.Section));
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<PrimeCounter>();
builder.Services.AddSingleton<VisitCounter>();
builder.Services.AddSingleton<LiveUpdates>();
builder.Services.AddSingleton<Layout>();
builder.Services.AddSingleton<CachePage>();
builder.Services.AddSingleton<CartPage>();
builder.Services.AddSingleton<SettingsPage>();
builder.Services.AddSingleton<SessionsPage>();
builder.Services.AddSingleton<SnapshotsPage>();

var app = builder.Build();

app.UseSession();

// Before the form is read, which takes as long as the sender likes: what other requests change meanwhile is kept all the same.
app.Use(static async (http, next) =>
{
    await http.Session.LoadAsync(http.RequestAborted);
    await next(http);
});
app.UseAntiforgery();

// A form that none of these pages has given out is answered here: the endpoints would throw when they read it.
app.Use(static (http, next) =>
{
    if (http.Features.Get<IAntiforgeryValidationFeature>() is { IsValid: false })
    {
        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Task.CompletedTask;
    }

    return next(http);
});

Assets.Map(app);
CachePage.Map(app);
CartPage.Map(app);
SettingsPage.Map(app);
SessionsPage.Map(app);
SnapshotsPage.Map(app);
app.MapGet("/parts/notice", (Layout layout) => layout.RenderNotice().ToResult());
app.MapGet("/live", (LiveUpdates updates, CancellationToken aborted) => TypedResults.ServerSentEvents(updates.FollowAsync(aborted)));
app.MapHealthChecks("/health");

app.Run();
