using SnapshotKv.Extensions.Configuration;

var builder = Host.CreateApplicationBuilder(args);
builder.Configuration.AddSnapshotKv("data");
builder.Services.AddSnapshotKv(options => options.Path = "data");
using var host = builder.Build();
await host.StartAsync();

var writer = host.Services.GetRequiredService<ISnapshotKvConfigurationWriter>();
await writer.SetAsync("Shop:Greeting", "Welcome back!", author: "Ada", reason: "The old one was stiff.");
Console.WriteLine($"{builder.Configuration["Shop:Greeting"]} (by {(await writer.GetHistoryAsync())[0].Author})");

await host.StopAsync();
