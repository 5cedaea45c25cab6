using Microsoft.Extensions.Caching.Distributed;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddSnapshotKv(options => options.Path = "data");
using var host = builder.Build();
await host.StartAsync();

var cache = host.Services.GetRequiredService<IDistributedCache>();
Console.WriteLine(await cache.GetStringAsync("greeting") ?? "Nothing yet, run it again.");
await cache.SetStringAsync("greeting", "Hello from the run before.");

await host.StopAsync();
