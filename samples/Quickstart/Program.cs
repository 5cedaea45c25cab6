using Microsoft.Extensions.Caching.Distributed;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSnapshotKv(options => options.Path = "data");
var app = builder.Build();

app.MapGet("/{name}", async (string name, IDistributedCache cache) =>
{
    var greeting = await cache.GetStringAsync(name);
    if (greeting is null)
    {
        greeting = $"Hello {name}, first asked for at {TimeProvider.System.GetLocalNow():T}.";
        var life = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) };
        await cache.SetStringAsync(name, greeting, life);
    }

    return greeting;
});

app.Run();
