var builder = Host.CreateApplicationBuilder(args);
builder.Configuration["SnapshotKv:Path"] = "data";
builder.Configuration.AddSnapshotKv();
using var host = builder.Build();

Console.WriteLine(builder.Configuration["Shop:Greeting"] ?? "Good day.");
