using System.Text;

namespace SnapshotKv.Tests;

public sealed class KvKeyTests
{
    [Fact]
    public void Bytes_EveryLengthOfPrefixAndKey_AreTheirUtf8()
    {
        foreach (var prefixLength in Enumerable.Range(0, 30).Concat([250, 256, 300]))
        {
            var prefix = new KvKeyPrefix(Encoding.UTF8.GetBytes(Text(prefixLength, 'A')));
            for (var length = 0; length <= 300; length++)
            {
                Check(prefix, Text(length, 'a'));
            }
        }
    }

    [Theory]
    [InlineData('\u007f')]
    [InlineData('\u0080')]
    [InlineData('\u00ff')]
    [InlineData('\u0100')]
    [InlineData('\u0141')]
    [InlineData('\uff41')]
    public void Bytes_OneCharacterBeyondAsciiAtEveryPlace_AreTheirUtf8(char odd)
    {
        foreach (var prefix in new[] { KvKeyPrefix.None, new KvKeyPrefix("cache:"u8.ToArray()) })
        {
            for (var length = 1; length <= 40; length++)
            {
                for (var place = 0; place < length; place++)
                {
                    var key = Text(length, 'a').ToCharArray();
                    key[place] = odd;
                    Check(prefix, new string(key));
                }
            }
        }
    }

    private static void Check(KvKeyPrefix prefix, string key)
    {
        KvKey.Buffer buffer = default;
        var utf8 = new KvKey(prefix, key, ref buffer);
        utf8.Bytes.SequenceEqual((byte[])[.. prefix.Bytes, .. Encoding.UTF8.GetBytes(key)]).ShouldBeTrue($"'{key}' behind {prefix.Bytes.Length} bytes");
        utf8.Return();
    }

    private static string Text(int length, char first) => string.Create(length, first, static (span, first) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = (char)(first + (i % 26));
        }
    });
}
