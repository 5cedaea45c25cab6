using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SnapshotKv.Extensions.Configuration;

namespace SnapshotKv.Samples.Worker;

/// <summary>Lets somebody at the console change settings while the worker runs: <c>Pattern *.md</c>, or <c>undo</c>. They are kept.</summary>
internal sealed partial class SettingsConsole(ISnapshotKvConfigurationWriter writer, ILogger<SettingsConsole> logger) : BackgroundService
{
    private const string Author = "console";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        LogHelp();
        // A console cannot be told to stop reading; the waiting for it can.
        while (await Task.Run(Console.ReadLine, CancellationToken.None).WaitAsync(stoppingToken) is { } line)
        {
            if (line.Split(' ', 2, StringSplitOptions.TrimEntries) is [var name, var value])
            {
                var change = new SnapshotKvConfigurationChange { Author = Author, Reason = "typed" }.Set($"{WorkerOptions.Section}:{name}", value);
                await writer.ApplyAsync(change, stoppingToken);
            }
            else if (line.Trim() == "undo" && await writer.GetHistoryAsync(limit: 1, stoppingToken) is [var last])
            {
                await writer.UndoAsync(last.Revision, Author, cancellationToken: stoppingToken);
            }
            else
            {
                LogHelp();
            }
        }
    }

    [LoggerMessage(2, LogLevel.Information, "Type a setting and a value, for instance 'Pattern *.md', or 'undo'.")]
    private partial void LogHelp();
}
