using Spectre.Console;

namespace SnapshotKv.Samples.TimeMachine;

/// <summary>The terminal.</summary>
internal static class Screen
{
    /// <summary>Wide enough for a table of snapshots: what is read by another program is not to be broken into lines.</summary>
    private const int WidthWithoutTerminal = 160;

    public static IAnsiConsole Create()
    {
        var console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = WidthWithoutTerminal;
        }

        return console;
    }
}
