var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSnapshotKv(options => options.Path = "data");
builder.Services.AddHealthChecks().AddSnapshotKv();
var app = builder.Build();
app.MapHealthChecks("/health");
app.Run();
