using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace SnapshotKv.Samples.TimeMachine;

/// <summary>A host whose configuration lies in the store, which it owns or follows.</summary>
internal static class SettingsHost
{
    /// <exception cref="KvStoreLockedException">Another process owns the directory, and this one wanted to.</exception>
    public static IHost Build(string directory, KvStoreMode mode)
    {
        var builder = Host.CreateApplicationBuilder();
        // The terminal is for people here.
        builder.Logging.ClearProviders();
        builder.Configuration.AddSnapshotKv(source =>
        {
            source.Path = directory;
            source.Mode = mode;
        });
        builder.Services.AddSnapshotKv(options =>
        {
            options.Path = directory;
            options.Mode = mode;
        });
        builder.Services.AddSingleton<Desk>();
        builder.Services.AddSingleton<Lookout>();
        return builder.Build();
    }
}
