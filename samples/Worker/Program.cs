using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SnapshotKv.Samples.Worker;

var builder = Host.CreateApplicationBuilder(args);

// Both at once: the store's configuration over appsettings.json, and its cache. The directory is SnapshotKv:Path.
builder.AddSnapshotKv();
builder.Services.Configure<WorkerOptions>(builder.Configuration.GetSection(WorkerOptions.Section));
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<FileDigests>();
builder.Services.AddHostedService<DigestWorker>();
builder.Services.AddHostedService<SettingsConsole>();

builder.Build().Run();
