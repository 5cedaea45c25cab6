using Spectre.Console;

namespace SnapshotKv.Samples.TimeMachine;

/// <summary>What can be typed.</summary>
internal static class Usage
{
    private const int BadUsage = 2;

    /// <summary>What the owner of the directory does when it is told to, at its prompt or from another terminal.</summary>
    public static readonly (string Form, string Meaning)[] Orders =
    [
        ("set KEY VALUE", "change a setting, for instance [aqua]set Lamp:Colour warm white[/]"),
        ("unset KEY", "remove one"),
        ("undo NUMBER", "take one change back, by its number in the log"),
        ("save NAME", "keep how it is now, by a name"),
        ("pin SNAPSHOT NAME", "give a snapshot that is there a name, so that it is kept"),
        ("unpin NAME", "let it go again"),
        ("restore NAME", "go back to how it was then"),
    ];

    /// <summary>What anybody can look at, while the owner runs or not.</summary>
    public static readonly (string Form, string Meaning)[] Questions =
    [
        ("list", "all snapshots"),
        ("compare NAME [[NAME]]", "what is different in the second one, or now"),
        ("log", "who changed what, and when"),
    ];

    public static int Show(IAnsiConsole screen)
    {
        screen.MarkupLine("[bold]Time machine[/]: settings that are changed, followed, and taken back in time");
        screen.WriteLine();
        screen.Write(ToGrid(
        [
            ("own", "first terminal: change settings; own the directory"),
            ("follow", "second terminal: see them change, in another process"),
            ("history WORDS", "third terminal: look back, and go back"),
        ]));
        screen.MarkupLine("\n[bold]WORDS[/] of [aqua]history[/], which also do at the owner's prompt:");
        screen.Write(ToGrid([.. Questions, .. Orders]));
        screen.MarkupLine("\n[grey]--data DIRECTORY: where the store lies (data). --as NAME: who you are, for the log.[/]");
        return 0;
    }

    public static int Refuse(IAnsiConsole screen, IEnumerable<string> words)
    {
        screen.MarkupLineInterpolated($"[red]There is nothing like '{string.Join(' ', words)}' to be done.[/]");
        screen.WriteLine();
        Show(screen);
        return BadUsage;
    }

    public static Grid ToGrid(IEnumerable<(string Form, string Meaning)> lines)
    {
        var grid = new Grid().AddColumn(new GridColumn().PadLeft(2).NoWrap()).AddColumn();
        foreach (var (form, meaning) in lines)
        {
            grid.AddRow($"[aqua]{form}[/]", meaning);
        }

        return grid;
    }
}
