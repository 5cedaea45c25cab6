namespace SnapshotKv.Tests;

/// <summary>The files of the repository that the tests were built from, for tests that read sources and documents.</summary>
internal static class Repository
{
    /// <summary>Its top directory.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The absolute path of a file that is named from the top, with forward slashes.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative.Replace('/', Path.DirectorySeparatorChar));

    /// <summary>The text of a file, with line feeds only.</summary>
    public static string Read(string relative) => File.ReadAllText(PathOf(relative)).ReplaceLineEndings("\n");

    /// <summary>The files under a directory that people write, named from the top with forward slashes, in order.</summary>
    public static IReadOnlyList<string> Files(string directory, string pattern)
    {
        var files = Directory.EnumerateFiles(PathOf(directory), pattern, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(path => !path.Split('/').Any(static part => part is "bin" or "obj" or "artifacts" or ".git"))
            .ToList();
        files.Sort(StringComparer.Ordinal);
        return files;
    }

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "SnapshotKv.Extensions.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"There is no SnapshotKv.Extensions.sln in '{AppContext.BaseDirectory}' or above it.");
    }
}
