using Microsoft.Extensions.Caching.Distributed;

var builder = Host.CreateApplicationBuilder(args);
builder.Configuration["SnapshotKv:Path"] = "data";
builder.AddSnapshotKv();
using var host = builder.Build();
await host.StartAsync();

var cache = host.Services.GetRequiredService<IDistributedCache>();
await cache.SetStringAsync("shown", builder.Configuration["Shop:Greeting"] ?? "Good day.");
Console.WriteLine(await cache.GetStringAsync("shown"));

await host.StopAsync();
