using System.Text.RegularExpressions;

namespace SnapshotKv.Tests.Architecture;

/// <summary>Each folder of the engine uses only those below it, so that the folder listing tells the architecture.</summary>
public sealed partial class EngineFolderTests
{
    private const string Root = "SnapshotKv";
    private const string Sources = "src/SnapshotKv";

    /// <summary>From top to bottom. Folders that are still to come stand where they will be.</summary>
    private static readonly string[] Folders =
        ["", "Lifetime", "Serialization", "Engine", "Keyspace", "Journal", "Snapshots", "Blobs", "Format", "MessagePack", "FileSystem"];

    /// <summary>Usable from everywhere; uses none of the folders itself.</summary>
    private const string Everywhere = "Diagnostics";

    private static readonly Lazy<IReadOnlyList<TypeUse>> Uses = new(() => AssemblyTypeUses.Of(typeof(KvStore).Assembly));

    [Fact]
    public void EngineFolders_InCompiledCode_UseOnlyThoseBelow()
    {
        var plain = PlainRootTypes();

        var wrong = Uses.Value.Where(use => !IsAllowed(use, plain)).Select(use => use.ToString()).Order(StringComparer.Ordinal);

        wrong.ShouldBeEmpty("a folder uses one above it; the order is in ARCHITECTURE.md");
    }

    [Fact]
    public void EngineFolders_InCompiledCode_AreSeenAtAll()
    {
        // What the test above would miss if the reading of the assembly failed silently.
        Uses.Value.ShouldContain(use => use.From == "SnapshotKv.Lifetime.OpenStore" && use.To == "SnapshotKv.Engine.StoreRecovery");
        Uses.Value.ShouldContain(use => use.From == "SnapshotKv.Engine.Checkpointer" && use.To == "SnapshotKv.Snapshots.SnapshotWriter");
        Uses.Value.Count.ShouldBeGreaterThan(500);
    }

    [Fact]
    public void EngineFolders_InSources_NameOnlyThoseBelow()
    {
        // Constants and nameof leave no trace in compiled code, but in the sources they need a using or a qualified name.
        var wrong =
            from file in Repository.Files(Sources, "*.cs")
            let folder = FolderOfFile(file)
            from Match match in FolderNames().Matches(Repository.Read(file))
            let named = match.Groups["folder"].Value
            where Array.IndexOf(Folders, named) >= 0 && !IsBelowOrSame(folder, named)
            select $"{file} names {match.Value.Trim()}";

        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void EngineFolders_OnDisk_AreTheKnownOnesAndNameTheirNamespace()
    {
        foreach (var file in Repository.Files(Sources, "*.cs"))
        {
            var folder = FolderOfFile(file);
            (Folders.Contains(folder) || folder == Everywhere).ShouldBeTrue($"{file}: '{folder}' has no place in the order of folders");
            var declared = NamespaceDeclaration().Match(Repository.Read(file));
            if (declared.Success)
            {
                // A folder in a folder belongs to it: Serialization/Formatters.
                var expected = folder.Length == 0 ? Root : $"{Root}.{folder}";
                (declared.Groups["name"].Value + ".").ShouldStartWith(expected + ".", customMessage: file);
                if (folder.Length == 0)
                {
                    declared.Groups["name"].Value.ShouldBe(Root, file);
                }
            }
        }
    }

    [Fact]
    public void ImplicitUsings_OfTheEngine_NameNoFolder()
    {
        Repository.Read("src/SnapshotKv/SnapshotKv.csproj").ShouldNotContain("<Using ");
        Repository.Read("src/Directory.Build.props").ShouldNotContain("<Using ");
        Repository.Files(Sources, "*.cs").Where(file => Repository.Read(file).Contains("global using", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    /// <summary>A root type is plain when it stands on no folder; such types serve everywhere. Found by taking away what is not, until nothing changes.</summary>
    private static HashSet<string> PlainRootTypes()
    {
        var plain = Uses.Value.SelectMany(use => new[] { use.From, use.To }).Where(type => FolderOf(type).Length == 0).ToHashSet();
        var usesOf = Uses.Value.Where(use => !use.IsTypeOfOnly).ToLookup(use => use.From, use => use.To);
        while (plain.RemoveWhere(type => usesOf[type].Any(to => FolderOf(to) is { Length: > 0 } and not Everywhere || (FolderOf(to).Length == 0 && !plain.Contains(to)))) > 0)
        {
        }

        return plain;
    }

    private static bool IsAllowed(TypeUse use, HashSet<string> plain)
    {
        var from = FolderOf(use.From);
        var to = FolderOf(use.To);
        if (to == Everywhere || IsMadeByCompiler(use.From) || IsMadeByCompiler(use.To))
        {
            return true;
        }

        if (to.Length == 0 && from.Length > 0)
        {
            // ObjectDisposedException names the store, wherever it is thrown.
            return plain.Contains(use.To) || (use.IsTypeOfOnly && use.To == typeof(KvStore).FullName);
        }

        return IsBelowOrSame(from, to);
    }

    private static bool IsBelowOrSame(string from, string to) =>
        from == to || (from != Everywhere && Array.IndexOf(Folders, to) >= Array.IndexOf(Folders, from));

    private static bool IsMadeByCompiler(string type) => !type.StartsWith(Root + ".", StringComparison.Ordinal);

    private static string FolderOf(string type)
    {
        var parts = type.Split('.');
        return parts.Length > 2 ? parts[1] : "";
    }

    private static string FolderOfFile(string file)
    {
        var parts = file[(Sources.Length + 1)..].Split('/');
        return parts.Length > 1 ? parts[0] : "";
    }

    [GeneratedRegex(@"^using (static |\w+ = )?SnapshotKv\.(?<folder>\w+)[.;]|\bSnapshotKv\.(?<folder>\w+)\.\w", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex FolderNames();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex NamespaceDeclaration();
}
