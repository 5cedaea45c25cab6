using System.Globalization;

namespace SnapshotKv.KillTarget;

/// <summary>Opens a store, says so, and writes into it until it is killed.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is [FollowedOwner.Command, var followed, var work, var states, var choice])
        {
            FollowedOwner.Run(followed, Number(work), new FullStates(states, Number(choice)));
            return 0;
        }

        if (arguments is not [var directory, var seed, .. var first] || first.Length == 0)
        {
            await Console.Error.WriteLineAsync("SnapshotKv.KillTarget DIRECTORY SEED FIRST-STEP..., a first step for each writer");
            return 2;
        }

        // Each line is one write of a few bytes: it is in the pipe as a whole, or not at all.
        var said = new Acknowledgements(Console.OpenStandardOutput());
        said.Say(Acknowledgements.Opening);
        using var store = TargetStore.Open(directory, Number(seed));
        said.Say(Acknowledgements.Open);
        await new Writers(store, Number(seed), said).RunAsync([.. first.Select(Number)]);
        return 0;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
