using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;

namespace SnapshotKv.Samples.WebApp;

/// <summary>Lets an interpolated string be read as HTML: its text is taken as it stands, what is interpolated is encoded.</summary>
[InterpolatedStringHandler]
internal readonly ref struct HtmlHandler(int literalLength, int formattedCount)
{
    private const int LengthOfAHole = 16;

    private readonly StringBuilder _text = new(literalLength + (formattedCount * LengthOfAHole));

    public void AppendLiteral(string text) => _text.Append(text);

    public void AppendFormatted(Html piece) => _text.Append(piece.Text);

    public void AppendFormatted(string? text) => _text.Append(HtmlEncoder.Default.Encode(text ?? ""));

    public void AppendFormatted<T>(T value, string? format = null) where T : IFormattable =>
        AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));

    public Html ToHtml() => new(_text.ToString());
}
