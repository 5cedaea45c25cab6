using System.Text;

namespace SnapshotKv.Samples.WebApp;

/// <summary>A piece of a page. What is put into it is encoded, unless it is a piece of a page itself.</summary>
internal readonly record struct Html(string Text)
{
    /// <summary>Nothing at all.</summary>
    public static Html None { get; } = new("");

    public static Html Of(HtmlHandler content) => content.ToHtml();

    public static Html Concat(IEnumerable<Html> pieces) => new(string.Concat(pieces.Select(static piece => piece.Text)));

    /// <summary>The response that consists of it.</summary>
    public IResult ToResult(int status = StatusCodes.Status200OK) => Results.Text(Text, "text/html", Encoding.UTF8, status);

    public override string ToString() => Text;
}
