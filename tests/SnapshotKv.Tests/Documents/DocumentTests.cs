using System.Text.RegularExpressions;

namespace SnapshotKv.Tests.Documents;

/// <summary>Documents cannot rot: their code is compiled code, and their links lead somewhere.</summary>
public sealed partial class DocumentTests
{
    public static TheoryData<string> Documents => new(Repository.Files(".", "*.md").Where(file => !file.StartsWith("tests/", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Documents))]
    public void CodeBlocks_OfADocument_AreTheCompiledCode(string document)
    {
        foreach (var block in MarkdownBlock.In(document).Where(block => !block.Source.StartsWith("output of ", StringComparison.Ordinal)))
        {
            block.Text.ShouldBe(block.Expected(), $"{document}, taken from {block.Source}");
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void CSharpBlocks_OfADocument_AllSayWhereTheyComeFrom(string document)
    {
        var text = Repository.Read(document);

        CSharpFence().Count(text).ShouldBe(CSharpFenceWithSource().Count(text), "C# in a document has to be compiled somewhere: <!-- from: PATH --> above the block");
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_OfADocument_LeadToFiles(string document)
    {
        foreach (Match link in Link().Matches(Repository.Read(document)))
        {
            var target = link.Groups["target"].Value;
            var path = Path.Combine(Path.GetDirectoryName(Repository.PathOf(document))!, target);
            (File.Exists(path) || Directory.Exists(path)).ShouldBeTrue($"{document} links to '{target}', which is not there");
        }
    }

    [GeneratedRegex("^```csharp$", RegexOptions.Multiline)]
    private static partial Regex CSharpFence();

    [GeneratedRegex("^<!-- from: [^\n]+ -->\n+```csharp$", RegexOptions.Multiline)]
    private static partial Regex CSharpFenceWithSource();

    // Links within the repository: not to the web, not to a place in the same document.
    [GeneratedRegex(@"\]\((?!https?://|#)(?<target>[^)#\s]+)(#[^)\s]*)?\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();
}
