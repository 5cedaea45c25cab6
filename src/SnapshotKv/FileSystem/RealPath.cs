namespace SnapshotKv.FileSystem;

/// <summary>Turns a path into the one spelling under which a store is known, by following links the way the kernel does.</summary>
internal static class RealPath
{
    /// <summary>How many links may be followed; Linux' own limit.</summary>
    private const int MaxLinks = 40;

    /// <summary>Resolves the links in the part of a path that exists.</summary>
    /// <param name="path">The path, absolute or relative.</param>
    /// <param name="currentDirectory">What a relative path starts from.</param>
    /// <param name="readLink">Gives what a path links to, or null when it is no link or is not there.</param>
    /// <exception cref="IOException">The links form a loop, or a longer chain than the kernel follows.</exception>
    public static string Resolve(string path, string currentDirectory, Func<string, string?> readLink)
    {
        var absolute = MakeAbsolute(path, currentDirectory);
        var resolved = Path.GetPathRoot(absolute)!;
        var ahead = new Stack<string>();
        Push(ahead, absolute[resolved.Length..]);
        var links = 0;

        while (ahead.TryPop(out var name))
        {
            if (name == "..")
            {
                // Goes up from where the link before it led to, which is not always the name before it.
                resolved = Path.GetDirectoryName(resolved) ?? resolved;
                continue;
            }

            var next = Path.Combine(resolved, name);
            if (readLink(next) is not { } target)
            {
                resolved = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                throw new IOException($"Cannot resolve '{path}': more than {MaxLinks} links in a row, the last of them '{next}'. Do they form a loop?");
            }

            var root = Path.GetPathRoot(target)!;
            resolved = root.Length > 0 ? root : resolved;
            Push(ahead, target[root.Length..]);
        }

        return resolved;
    }

    /// <summary>On Windows ".." is settled before links are looked at; on Unix after.</summary>
    private static string MakeAbsolute(string path, string currentDirectory) =>
        OperatingSystem.IsWindows() ? Path.GetFullPath(path, currentDirectory) : Path.Combine(currentDirectory, path);

    private static void Push(Stack<string> ahead, string path)
    {
        var names = path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
        for (var i = names.Length - 1; i >= 0; i--)
        {
            if (names[i] != ".")
            {
                ahead.Push(names[i]);
            }
        }
    }
}
