using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Spectre.Console;

namespace SnapshotKv.Samples.TimeMachine;

/// <summary>The third terminal: looks back, beside an owner or without one, and goes back, by handing that over to the owner where there is one.</summary>
internal static class HistoryCommand
{
    public static async Task<int> RunAsync(Call call, string[] words, IAnsiConsole screen)
    {
        if (Desk.Knows(words[0]))
        {
            var answer = await CarryOutAsync(call, words);
            screen.MarkupLine(answer.Markup);
            return answer.IsDone ? 0 : 1;
        }

        if (!Lookout.Knows(words[0]))
        {
            return Usage.Refuse(screen, ["history", .. words]);
        }

        // Following takes no lock and writes nothing, so it does not matter whether somebody owns the directory.
        using var host = SettingsHost.Build(call.Directory, KvStoreMode.Follower);
        return await LookAsync(host, words, screen, CancellationToken.None);
    }

    public static async Task<int> LookAsync(IHost host, string[] words, IAnsiConsole screen, CancellationToken cancellationToken)
    {
        try
        {
            if (await host.Services.GetRequiredService<Lookout>().LookAsync(words, cancellationToken) is not { } seen)
            {
                return Usage.Refuse(screen, words);
            }

            screen.Write(seen);
            screen.WriteLine();
            return 0;
        }
        catch (KvStoreException exception)
        {
            screen.MarkupLineInterpolated($"[red]{exception.Message}[/]");
            return 1;
        }
    }

    private static async Task<Answer> CarryOutAsync(Call call, string[] words)
    {
        try
        {
            using var host = SettingsHost.Build(call.Directory, KvStoreMode.Owner);
            return await host.Services.GetRequiredService<Desk>().CarryOutAsync(call.Author, words, CancellationToken.None);
        }
        catch (KvStoreLockedException)
        {
            return await OwnersDoor.KnockAsync(call.Directory, call.Author, words, CancellationToken.None);
        }
    }
}
