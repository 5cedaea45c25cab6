using Microsoft.AspNetCore.DataProtection;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSnapshotKv(options => options.Path = "data/store");
builder.Services.AddSnapshotKvSession();
builder.Services.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo("data/keys"));
var app = builder.Build();
app.UseSession();
app.MapPost("/{line}", (string line, HttpContext http) => http.Session.SetInt32(line, (http.Session.GetInt32(line) ?? 0) + 1));
app.MapGet("/", (HttpContext http) => string.Join(", ", http.Session.Keys.Order().Select(line => $"{http.Session.GetInt32(line)} {line}")));
app.Run();
