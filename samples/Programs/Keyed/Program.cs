using SnapshotKv;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddKeyedSnapshotKv("orders", options => options.Path = "data/orders");
builder.Services.AddKeyedSnapshotKv("reports", options => options.Path = "data/reports");
using var host = builder.Build();
await host.StartAsync();

host.Services.GetRequiredKeyedService<IKvStore>("orders").Increment("count", by: 3);
Console.WriteLine(host.Services.GetRequiredKeyedService<IKvStore>("reports").Exists("count") ? "One store." : "Two stores.");

await host.StopAsync();
