namespace SnapshotKv.Tests.Architecture;

/// <summary>Only <c>FileSystem/</c> touches files, so that every disk fault can be injected; and adapters stand on the public API alone.</summary>
public sealed class FileAccessTests
{
    private static readonly string[] FileTypes =
    [
        "System.IO.File", "System.IO.Directory", "System.IO.FileStream", "System.IO.FileInfo", "System.IO.DirectoryInfo", "System.IO.DriveInfo",
        "System.IO.RandomAccess",
    ];

    [Fact]
    public void Engine_OutsideFileSystem_NamesNoTypeThatTouchesFiles()
    {
        var uses = FrameworkTypeUses.Of(typeof(KvStore).Assembly);

        var wrong = uses.Where(use => FileTypes.Contains(use.To) && !use.From.StartsWith("SnapshotKv.FileSystem.", StringComparison.Ordinal));

        wrong.ShouldBeEmpty();
        uses.ShouldContain(use => FileTypes.Contains(use.To), "FileSystem/ itself touches files: not even seeing that, the test would see nothing");
    }

    [Fact]
    public void BannedSymbols_OfTheEngine_NameTheSameTypes()
    {
        var banned = Repository.Read("eng/BannedSymbols.Engine.txt");

        foreach (var type in FileTypes)
        {
            banned.ShouldContain($"T:{type};");
        }
    }

    [Theory]
    [InlineData("src/SnapshotKv/SnapshotKv.csproj", "SnapshotKv.Testing", "SnapshotKv.Tests", "SnapshotKv.Benchmarks", "SnapshotKv.KillTarget")]
    [InlineData("src/SnapshotKv.Testing/SnapshotKv.Testing.csproj", "SnapshotKv.Tests")]
    public void InternalsVisibleTo_OfTheEngine_NamesNoAdapter(string project, params string[] allowed)
    {
        var friends = System.Xml.Linq.XDocument.Parse(Repository.Read(project)).Descendants("InternalsVisibleTo").Select(item => item.Attribute("Include")!.Value);

        friends.ShouldBeSubsetOf(allowed);
        Repository.Files("src", "*.cs").Where(file => Repository.Read(file).Contains("assembly: InternalsVisibleTo", StringComparison.Ordinal)).ShouldBeEmpty();
    }
}
