using System.Text.RegularExpressions;

namespace SnapshotKv.Tests.Documents;

/// <summary>
/// A fenced block of a document that says in a comment above it where it comes from: <c>&lt;!-- from: PATH --&gt;</c> for a whole file,
/// <c>&lt;!-- from: PATH#NAME --&gt;</c> for the lines between <c>// begin NAME</c> and <c>// end NAME</c> in it.
/// </summary>
/// <param name="Document">The document, named from the top of the repository.</param>
/// <param name="Source">What the comment says.</param>
/// <param name="Text">The lines between the fences.</param>
internal sealed partial record MarkdownBlock(string Document, string Source, string Text)
{
    /// <summary>All such blocks of a document.</summary>
    public static IReadOnlyList<MarkdownBlock> In(string document) =>
    [
        .. Fenced().Matches(Repository.Read(document)).Select(match => new MarkdownBlock(document, match.Groups["source"].Value, match.Groups["text"].Value)),
    ];

    public static MarkdownBlock Find(string document, string source) => In(document).Single(block => block.Source == source);

    /// <summary>What the block has to hold, read from where it comes from.</summary>
    public string Expected()
    {
        var parts = Source.Split('#');
        var text = Repository.Read(parts[0]);
        return parts.Length == 1 ? text : Unindent(Region(text, parts[1]));
    }

    private string Region(string text, string name)
    {
        var lines = text.Split('\n');
        var begin = Array.FindIndex(lines, line => line.Trim() == $"// begin {name}");
        var end = Array.FindIndex(lines, line => line.Trim() == $"// end {name}");
        (begin >= 0 && end > begin).ShouldBeTrue($"{Document} takes '{name}' from a file that does not have it: {Source}");
        return string.Join('\n', lines[(begin + 1)..end]) + "\n";
    }

    private static string Unindent(string text)
    {
        var lines = text.Split('\n');
        var indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : ""));
    }

    [GeneratedRegex(@"<!-- from: (?<source>[^\n]+?) -->\n+```\w*\n(?<text>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fenced();
}
