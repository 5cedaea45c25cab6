using System.Security.Cryptography;
using System.Text.Json.Nodes;
using SnapshotKv.FileSystem;

namespace SnapshotKv.Tests;

/// <summary>
/// The directories in <c>tests/fixtures</c>, each written by the Go package, with an <c>expected.json</c> that tells what is in it. Opening may
/// change a directory, so that tests work on copies.
/// </summary>
internal static class Fixtures
{
    private static readonly Lazy<string> LazyTestsPath = new(FindTests);

    /// <summary>The repository's <c>tests</c> directory.</summary>
    public static string TestsPath => LazyTestsPath.Value;

    public static string RootPath => Path.Combine(TestsPath, "fixtures");

    /// <summary>All fixtures, in order of name.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.GetDirectories(RootPath).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    /// <summary>Each fixture's name, for a theory.</summary>
    public static TheoryData<string> Theory() => [.. Names];

    /// <summary>The directory that Go wrote; never to be opened where it is.</summary>
    public static string GetDatabasePath(string fixture) => Path.Combine(RootPath, fixture, "db");

    public static JsonObject LoadExpected(string fixture) =>
        JsonNode.Parse(File.ReadAllBytes(Path.Combine(RootPath, fixture, "expected.json")))!.AsObject();

    /// <summary>The snapshots that <c>expected.json</c> lists.</summary>
    public static IReadOnlyList<JsonObject> LoadSnapshots(string fixture) =>
        [.. LoadExpected(fixture)["snapshots"]!.AsArray().Select(node => node!.AsObject())];

    /// <summary>The bytes of a snapshot file.</summary>
    public static byte[] ReadSnapshot(string fixture, string file) =>
        File.ReadAllBytes(Path.Combine(GetDatabasePath(fixture), "snapshots", file));

    /// <summary>Every snapshot file of every fixture, damaged ones too.</summary>
    public static IEnumerable<(string Fixture, string File, byte[] Bytes)> ReadAllSnapshots() =>
        from fixture in Names
        from snapshot in LoadSnapshots(fixture)
        let file = (string)snapshot["file"]!
        select (fixture, file, ReadSnapshot(fixture, file));

    /// <summary>Copies a fixture's directory with all that lies in it.</summary>
    public static void CopyTo(string fixture, IFileSystem files, string directory)
    {
        var source = GetDatabasePath(fixture);
        files.CreateDirectory(directory);
        foreach (var path in Directory.GetDirectories(source, "*", SearchOption.AllDirectories))
        {
            files.CreateDirectory(Path.Combine(directory, Path.GetRelativePath(source, path)));
        }

        foreach (var path in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            files.Put(Path.Combine(directory, Path.GetRelativePath(source, path)), File.ReadAllBytes(path));
        }
    }

    /// <summary>Makes a file of these bytes, durably, in place of one that is there.</summary>
    public static void Put(this IFileSystem files, string path, ReadOnlySpan<byte> bytes)
    {
        files.Delete(path);
        using var file = files.CreateNew(path);
        file.Write(bytes, 0);
        file.Flush();
    }

    /// <summary>All of a file's bytes.</summary>
    public static byte[] Take(this IFileSystem files, string path)
    {
        using var file = files.OpenRead(path);
        var bytes = new byte[file.Length];
        file.Read(bytes, 0).ShouldBe(bytes.Length);
        return bytes;
    }

    public static string Sha256(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string FindTests()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "SnapshotKv.Extensions.sln")))
            {
                return Path.Combine(directory.FullName, "tests");
            }
        }

        throw new InvalidOperationException($"No SnapshotKv.Extensions.sln above '{AppContext.BaseDirectory}'.");
    }
}
