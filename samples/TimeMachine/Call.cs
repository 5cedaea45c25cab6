namespace SnapshotKv.Samples.TimeMachine;

/// <summary>How the program was called.</summary>
/// <param name="Words">The command and what belongs to it.</param>
/// <param name="Directory">The store's directory, absolute.</param>
/// <param name="Author">Who is at the terminal, for the history.</param>
internal sealed record Call(string[] Words, string Directory, string Author)
{
    /// <summary>Takes <c>--data DIRECTORY</c> and <c>--as NAME</c> out of a command line, wherever they stand.</summary>
    public static Call Of(string[] arguments)
    {
        var words = arguments.ToList();
        var directory = Take(words, "--data") ?? "data";
        var author = Take(words, "--as") ?? Environment.UserName;
        return new([.. words], Path.GetFullPath(directory), author);
    }

    private static string? Take(List<string> words, string option)
    {
        var index = words.IndexOf(option);
        if (index < 0 || index + 1 >= words.Count)
        {
            return null;
        }

        var value = words[index + 1];
        words.RemoveRange(index, 2);
        return value;
    }
}
