using System.Security.Cryptography;
using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests;

/// <summary>A directory that Go wrote, copied for one test that opens it.</summary>
internal sealed class GoDirectoryCopy : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    /// <summary>Copies a fixture's directory.</summary>
    /// <param name="fixture">Its name under <c>tests/fixtures</c>.</param>
    public GoDirectoryCopy(string fixture)
    {
        var source = Repository.PathOf($"tests/fixtures/{fixture}/db");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = System.IO.Path.Combine(Path, System.IO.Path.GetRelativePath(source, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    public static IReadOnlyList<string> AllFixtures { get; } =
        [.. Directory.EnumerateDirectories(Repository.PathOf("tests/fixtures")).Select(path => System.IO.Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <summary>Its path.</summary>
    public string Path => _directory.Path;

    /// <summary>Settings for opening it by which nothing happens that a test did not ask for.</summary>
    public SnapshotKvOptions Options => new() { Path = Path, SaveDebounce = Timeout.InfiniteTimeSpan, TtlCleanupInterval = TimeSpan.Zero };

    /// <summary>Each file and directory with content and time of the last change; only those under a directory when one is named.</summary>
    public IReadOnlyList<string> Describe(string under = "") =>
    [
        .. new DirectoryInfo(System.IO.Path.Combine(Path, under)).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .OrderBy(entry => entry.FullName, StringComparer.Ordinal)
            .Select(entry => $"{entry.FullName} {entry.LastWriteTimeUtc:O} {(entry is FileInfo file ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.FullName))) : "directory")}"),
    ];

    public void Dispose() => _directory.Dispose();
}
