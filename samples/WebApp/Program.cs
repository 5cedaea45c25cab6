using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.DataProtection;
using SnapshotKv.Samples.WebApp;
using SnapshotKv.Samples.WebApp.Pages;
using SnapshotKv.Samples.WebApp.Primes;
using SnapshotKv.Samples.WebApp.Shop;

var builder = WebApplication.CreateBuilder(args);

// The directory stands in appsettings.json, and lies under the content root: samples/WebApp/data.
builder.Services.AddSnapshotKv();
AddSession(builder.Services);
builder.Services.AddAntiforgery();

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

var app = builder.Build();

app.UseSession();
app.UseAntiforgery();

Assets.Map(app);
CachePage.Map(app);
CartPage.Map(app);
app.MapGet("/parts/notice", (Layout layout) => layout.RenderNotice().ToResult());
app.MapGet("/live", (LiveUpdates updates, CancellationToken aborted) => TypedResults.ServerSentEvents(updates.FollowAsync(aborted), "changed"));

app.Run();

[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "It needs the types that protect keys, which stay: eng/check-trimmed-sample.sh tries it.")]
static void AddSession(IServiceCollection services) => services.AddSession(options => options.Cookie.IsEssential = true);
