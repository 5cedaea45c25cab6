using System.Text;
using System.Text.Json;
using SnapshotKv.Format;

namespace SnapshotKv.Tests.Format;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("\"\\/", "\\\"\\\\/")]
    [InlineData("\n\r\t\b\f\0\u001f", "\\n\\r\\t\\u0008\\u000c\\u0000\\u001f")]
    [InlineData("<&>", "\\u003c\\u0026\\u003e")]
    [InlineData("\u2027\u2028\u2029\u202a", "\u2027\\u2028\\u2029\u202a")]
    [InlineData("\u007f\u0080é漢😀", "\u007f\u0080é漢😀")]
    public void Escape_Text_IsAsGoWritesIt(string text, string expected) => Escape(Encoding.UTF8.GetBytes(text)).ShouldBe(expected);

    [Theory]
    [InlineData(new byte[] { 0xff }, "\uFFFD")]
    [InlineData(new byte[] { (byte)'a', 0xc3, (byte)'b' }, "a\uFFFDb")]
    [InlineData(new byte[] { 0xe2, 0x80 }, "\uFFFD")]
    public void Escape_NotUtf8_IsReplaced(byte[] bytes, string expected) => Escape(bytes).ShouldBe(expected);

    [Fact]
    public void Escape_EveryCodePoint_ComesBackByOursAndByTheFrameworksReader()
    {
        var all = new StringBuilder();
        for (var value = 0; value <= 0x10ffff; value += value < 0x3000 ? 1 : 257)
        {
            if (Rune.IsValid(value))
            {
                all.Append(new Rune(value));
            }
        }

        var utf8 = Encoding.UTF8.GetBytes(all.ToString());
        var escaped = Encoding.UTF8.GetBytes(Escape(utf8));
        var unescaped = new byte[escaped.Length];

        unescaped.AsSpan(0, JsonText.Unescape(escaped, unescaped)).SequenceEqual(utf8).ShouldBeTrue();
        JsonSerializer.Deserialize<string>($"\"{Encoding.UTF8.GetString(escaped)}\"").ShouldBe(all.ToString());
    }

    [Theory]
    [InlineData("\\ud800", "\uFFFD")]
    [InlineData("\\udc00\\ud800", "\uFFFD\uFFFD")]
    [InlineData("\\ud800\\u0041", "\uFFFDA")]
    [InlineData("\\ud83d\\ude00x", "😀x")]
    [InlineData("\\uD83D\\uDE00", "😀")]
    [InlineData("\\ud83d\\n", "\uFFFD\n")]
    public void Unescape_Surrogates_AreJoinedOrReplaced(string text, string expected)
    {
        var bytes = new byte[100];
        Encoding.UTF8.GetString(bytes, 0, JsonText.Unescape(Encoding.UTF8.GetBytes(text), bytes)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("NDI=", true)]
    [InlineData("", true)]
    [InlineData("ND\r\nI=", true)]
    [InlineData("NDI", false)]
    [InlineData("ND I=", false)]
    [InlineData("ND-_", false)]
    [InlineData("NDI=x", false)]
    [InlineData("NDI=NDI=", false)]
    public void TryDecodeBase64_Text_IsAcceptedAsByGo(string text, bool expected) =>
        JsonText.TryDecodeBase64(Encoding.UTF8.GetBytes(text), new byte[100], out _).ShouldBe(expected);

    private static string Escape(ReadOnlySpan<byte> utf8)
    {
        var bytes = new byte[utf8.Length * JsonText.LargestExpansion];
        return Encoding.UTF8.GetString(bytes, 0, JsonText.Escape(utf8, bytes));
    }
}
