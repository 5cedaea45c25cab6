using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Primitives;
using Spectre.Console;

namespace SnapshotKv.Samples.TimeMachine;

/// <summary>The second terminal: a process of its own, whose configuration is what another process writes.</summary>
internal static class FollowCommand
{
    public static async Task<int> RunAsync(Call call, IAnsiConsole screen)
    {
        using var host = SettingsHost.Build(call.Directory, KvStoreMode.Follower);
        var configuration = host.Services.GetRequiredService<IConfiguration>();
        var shown = Settings.Read(configuration);
        var showing = new Lock();
        screen.Write(new Rule("[bold]follower[/]").LeftJustified());
        screen.MarkupLineInterpolated($"This process follows [aqua]{call.Directory}[/], and writes nothing there. Ctrl-C ends it.");
        screen.Write(Settings.ToTable(shown));

        using var following = ChangeToken.OnChange(configuration.GetReloadToken, Show);
        // What came between the first look and this.
        Show();
        await host.RunAsync();
        return 0;

        void Show()
        {
            lock (showing)
            {
                var now = Settings.Read(configuration);
                foreach (var line in Settings.Compare(shown, now))
                {
                    screen.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"[grey]{TimeProvider.System.GetLocalNow():HH:mm:ss.fff}[/]  {line}"));
                }

                shown = now;
            }
        }
    }
}
