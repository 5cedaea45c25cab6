using System.Security.Cryptography;
using OpenGoDirectory;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Documents;
using SnapshotKv.Tests.FileSystem;
using Spectre.Console;

namespace SnapshotKv.Tests.Samples;

public sealed class OpenGoDirectoryTests
{
    private static readonly string[] Fixtures =
        [.. Directory.EnumerateDirectories(Repository.PathOf("tests/fixtures")).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> AllFixtures => new(Fixtures);

    [Theory]
    [MemberData(nameof(AllFixtures))]
    public void Show_OfAnyDirectory_ChangesNothingInIt(string fixture)
    {
        using var copy = new TemporaryDirectory();
        CopyTree(Repository.PathOf($"tests/fixtures/{fixture}/db"), copy.Path);
        var before = Describe(copy.Path);

        var code = Show(copy.Path, out var output, out var errors);

        Describe(copy.Path).ShouldBe(before);
        if (code == 0)
        {
            output.ShouldContain("Entries");
        }
        else
        {
            fixture.ShouldBe("corrupt-all");
            errors.ShouldContain(copy.Path);
        }
    }

    [Fact]
    public void Show_OfAFixture_GivesWhatTheReadmeShows()
    {
        Show(Repository.PathOf("tests/fixtures/ttl/db"), out var output, out _).ShouldBe(0);

        // Centred titles leave blanks at the ends of lines, which a document should not have.
        var shown = string.Join('\n', output.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())).TrimEnd();
        shown.ShouldBe(MarkdownBlock.Find("README.md", "output of samples/OpenGoDirectory").Text.TrimEnd());
    }

    [Fact]
    public void Show_OfADirectoryWithDamage_NamesFileAndReasonAndShowsTheNewestGoodOne()
    {
        Show(Repository.PathOf("tests/fixtures/corrupt-newest/db"), out var output, out _, width: 300).ShouldBe(0);

        output.ShouldContain("data-20261122-054433-0003.msgpack.gz │       │ damaged: ");
        output.ShouldContain("data-20261122-054433-0002.msgpack.gz │ 2,082 │ shown below");
    }

    [Fact]
    public void Show_OfAPathThatIsNoStore_SaysWhatIsMissing()
    {
        using var empty = new TemporaryDirectory();

        Show(empty.Path, out _, out var errors).ShouldBe(2);

        errors.ShouldContain("has no directory 'snapshots'");
        Directory.EnumerateFileSystemEntries(empty.Path).ShouldBeEmpty();
    }

    private static int Show(string path, out string output, out string errors, int width = 80)
    {
        using var written = new StringWriter();
        using var complaints = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(written),
        });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        var code = DirectoryReport.Show(path, console, complaints, new ManualTimeProvider(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero)));
        output = written.ToString();
        errors = complaints.ToString();
        return code;
    }

    /// <summary>All files and directories with content and time of the last change.</summary>
    private static string[] Describe(string root) =>
    [
        .. new DirectoryInfo(root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .OrderBy(entry => entry.FullName, StringComparer.Ordinal)
            .Select(entry => $"{entry.FullName} {entry.LastWriteTimeUtc:O} {(entry is FileInfo file ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.FullName))) : "directory")}"),
    ];

    private static void CopyTree(string source, string target)
    {
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
    }
}
