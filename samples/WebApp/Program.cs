using System.Text;
using SnapshotKv.Samples.WebApp;

var builder = WebApplication.CreateBuilder(args);

// The directory stands in appsettings.json, and lies under the content root: samples/WebApp/data.
builder.Services.AddSnapshotKv();
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<PrimeCounter>();
builder.Services.AddSingleton<VisitCounter>();
builder.Services.AddSingleton<HomePage>();

var app = builder.Build();

app.MapGet("/", async (int? below, PrimeCounter primes, VisitCounter visits, HomePage page, CancellationToken aborted) =>
{
    var count = visits.Add();
    var problem = below is < PrimeCounter.Smallest or > PrimeCounter.Largest
        ? $"Ask for a number from {PrimeCounter.Smallest:N0} to {PrimeCounter.Largest:N0}; {below:N0} is not."
        : null;
    var answer = below is { } limit && problem is null ? await primes.CountAsync(limit, aborted) : null;
    return Results.Text(page.Render(count, answer, problem), "text/html", Encoding.UTF8, problem is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest);
});

app.Run();
