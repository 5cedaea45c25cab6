using Spectre.Console;

namespace SnapshotKv.Samples.TimeMachine;

/// <summary>The terminal, or what stands in its place.</summary>
internal static class Screen
{
    /// <summary>Wide enough for a table of snapshots: what another program reads is not to be broken into lines.</summary>
    private const int WidthWithoutTerminal = 160;

    public static IAnsiConsole Create()
    {
        if (!Console.IsOutputRedirected)
        {
            return AnsiConsole.Console;
        }

        var plain = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        plain.Profile.Width = WidthWithoutTerminal;
        return plain;
    }
}
