using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Spectre.Console;

namespace SnapshotKv.Samples.TimeMachine;

/// <summary>The first terminal: owns the directory, and carries out what is typed here and what comes through its door.</summary>
internal static class OwnCommand
{
    public static async Task<int> RunAsync(Call call, IAnsiConsole screen)
    {
        using var host = SettingsHost.Build(call.Directory, KvStoreMode.Owner);
        await host.StartAsync();
        var desk = host.Services.GetRequiredService<Desk>();
        await using (OwnersDoor.Open(call.Directory, (author, words, closing) => CarryOutForAnotherAsync(desk, screen, author, words, closing)))
        {
            Greet(call, host, screen);
            await TakeOrdersAsync(call, host, desk, screen);
        }

        await host.StopAsync();
        screen.MarkupLine("[grey]Saved. The next run finds all of it.[/]");
        return 0;
    }

    private static void Greet(Call call, IHost host, IAnsiConsole screen)
    {
        screen.Write(new Rule("[bold]owner[/]").LeftJustified());
        screen.MarkupLineInterpolated($"This process owns [aqua]{call.Directory}[/].");
        screen.Write(Settings.ToTable(Settings.Read(host.Services.GetRequiredService<IConfiguration>())));
        screen.MarkupLine("[grey]Type[/] set Lamp:Colour blue[grey],[/] save NAME[grey],[/] restore NAME[grey],[/] log[grey],[/] help [grey]or[/] quit[grey].[/]");
    }

    private static async Task TakeOrdersAsync(Call call, IHost host, Desk desk, IAnsiConsole screen)
    {
        var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        try
        {
            // A terminal cannot be told to stop reading; the waiting for it can.
            while (await Task.Run(Console.ReadLine, CancellationToken.None).WaitAsync(stopping) is { } line)
            {
                var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                if (words is ["quit" or "exit"])
                {
                    return;
                }

                await AnswerAsync(call, host, desk, words, screen, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Ctrl-C, or an orchestrator.
        }
    }

    private static async Task AnswerAsync(Call call, IHost host, Desk desk, string[] words, IAnsiConsole screen, CancellationToken stopping)
    {
        if (words is [])
        {
            return;
        }

        if (words is ["help"])
        {
            screen.Write(Usage.ToGrid([.. Usage.Questions, .. Usage.Orders]));
        }
        else if (Lookout.Knows(words[0]))
        {
            await HistoryCommand.LookAsync(host, words, screen, stopping);
        }
        else
        {
            screen.MarkupLine((await desk.CarryOutAsync(call.Author, words, stopping)).Markup);
        }
    }

    private static async Task<Answer> CarryOutForAnotherAsync(Desk desk, IAnsiConsole screen, string author, string[] words, CancellationToken closing)
    {
        var answer = await desk.CarryOutAsync(author, words, closing);
        screen.MarkupLineInterpolated($"[aqua]{author}[/][grey], at another terminal:[/] {string.Join(' ', words)}");
        screen.MarkupLine(answer.Markup);
        return answer;
    }
}
