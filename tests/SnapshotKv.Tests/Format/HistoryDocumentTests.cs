using System.Text;
using SnapshotKv.Format;

namespace SnapshotKv.Tests.Format;

public sealed class HistoryDocumentTests
{
    /// <summary>The bytes of version 1, which stay readable, whatever comes after it.</summary>
    private const string Golden = """
        {
          "version": 1,
          "pins": [
            {"name": "before-import", "snapshot": "data-20260301-143022-0001.msgpack.gz", "pinned_at": "2026-03-01T14:30:25.5Z"},
            {"name": "before-restore-20260302-000000", "snapshot": "data-20260302-000000-0000.json", "pinned_at": "2026-03-02T00:00:00Z", "automatic": true}
          ],
          "holds": [
            {"snapshot": "data-20260301-143022-0001.msgpack.gz", "sequence": 18446744073709551614},
            {"snapshot": "data-20260302-000000-0000.json", "sequence": null}
          ],
          "protected": [
            "",
            "s\u00E4ssion:\u0022\uD83D\uDE00"
          ],
          "checksum": "85fdb344"
        }

        """;

    private static readonly HistoryDocument Some = new(
        [
            new("before-import", "data-20260301-143022-0001.msgpack.gz", new DateTimeOffset(2026, 3, 1, 15, 30, 25, 500, TimeSpan.FromHours(1)), IsAutomatic: false),
            new("before-restore-20260302-000000", "data-20260302-000000-0000.json", new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero), IsAutomatic: true),
        ],
        [new("data-20260301-143022-0001.msgpack.gz", ulong.MaxValue - 1), new("data-20260302-000000-0000.json", null)],
        ["", "sässion:\"😀"]);

    private static byte[] GoldenBytes => Encoding.UTF8.GetBytes(Golden.ReplaceLineEndings("\n"));

    [Fact]
    public void Encode_EveryField_IsTheGoldenFile() => Encoding.UTF8.GetString(Some.Encode()).ShouldBe(Golden.ReplaceLineEndings("\n"));

    [Fact]
    public void Decode_GoldenFile_IsWhatWasWritten()
    {
        var read = HistoryDocument.Decode(GoldenBytes);

        read.Pins.ShouldBe(Some.Pins);
        read.Holds.ShouldBe(Some.Holds);
        read.Protected.ShouldBe(Some.Protected);
    }

    [Fact]
    public void Decode_Empty_IsEmpty()
    {
        var read = HistoryDocument.Decode(HistoryDocument.Empty.Encode());

        read.IsEmpty.ShouldBeTrue();
        Some.IsEmpty.ShouldBeFalse();
    }

    [Fact]
    public void Decode_EveryFlippedBit_IsDamage()
    {
        var bytes = GoldenBytes;
        for (var i = 0; i < bytes.Length * 8; i++)
        {
            bytes[i / 8] ^= (byte)(1 << (i % 8));
            Should.Throw<HistoryDamageException>(() => HistoryDocument.Decode(bytes), $"bit {i}");
            bytes[i / 8] ^= (byte)(1 << (i % 8));
        }
    }

    [Fact]
    public void Decode_EveryTruncationAndBytesBehind_AreDamage()
    {
        var bytes = GoldenBytes;
        for (var length = 0; length < bytes.Length; length++)
        {
            Should.Throw<HistoryDamageException>(() => HistoryDocument.Decode(bytes.AsMemory(0, length)), $"{length} bytes");
        }

        Should.Throw<HistoryDamageException>(() => HistoryDocument.Decode((byte[])[.. bytes, (byte)'\n']));
        Should.Throw<HistoryDamageException>(() => HistoryDocument.Decode(new byte[bytes.Length]));
    }

    [Theory]
    [InlineData("""{"version": 2, "pins": [], "holds": [], "protected": []""", "version is 2")]
    [InlineData("""{"version": 1, "holds": [], "protected": []""", "not what a store writes")]
    [InlineData("""{"version": "1", "pins": [], "holds": [], "protected": []""", "not what a store writes")]
    [InlineData("""{"version": 1, "pins": {}, "holds": [], "protected": []""", "not what a store writes")]
    [InlineData("""{"version": 1, "pins": [1], "holds": [], "protected": []""", "not what a store writes")]
    [InlineData("""{"version": 1, "pins": [{"name": null, "snapshot": "x", "pinned_at": "2026-03-01T14:30:25Z"}], "holds": [], "protected": []""", "'name' is null")]
    [InlineData("""{"version": 1, "pins": [{"name": "n", "snapshot": "x", "pinned_at": "yesterday"}], "holds": [], "protected": []""", "no instant")]
    [InlineData("""{"version": 1, "pins": [], "holds": [{"snapshot": "x", "sequence": -1}], "protected": []""", "not what a store writes")]
    [InlineData("""{"version": 1, "pins": [], "holds": [{"snapshot": "x"}], "protected": []""", "not what a store writes")]
    [InlineData("""{"version": 1, "pins": [], "holds": [], "protected": [null]""", "a prefix is null")]
    [InlineData("""{"version": 1, "pins": [[[[[[[[[[[[]]]]]]]]]]]], "holds": [], "protected": []""", "not what a store writes")]
    [InlineData("[", "not what a store writes")]
    public void Decode_RightChecksumOverWhatNoStoreWrites_IsDamage(string text, string expected) =>
        Should.Throw<HistoryDamageException>(() => HistoryDocument.Decode(WithChecksum(text))).Message.ShouldContain(expected);

    [Fact]
    public void Decode_MoreItemsThanThereMayBe_IsDamage()
    {
        var prefixes = string.Join(",", Enumerable.Range(0, HistoryDocument.MostPrefixes + 1).Select(i => $"\"{i}\""));

        Should.Throw<HistoryDamageException>(() => HistoryDocument.Decode(WithChecksum($$"""{"version": 1, "pins": [], "holds": [], "protected": [{{prefixes}}]""")))
            .Message.ShouldContain("more than 1000");
    }

    [Fact]
    public void Encode_AsMuchAsThereMayBe_FitsIntoAFile()
    {
        var snapshot = "data-20260301-143022-0001.msgpack.gz";
        var recovered = Enumerable.Range(0, HistoryDocument.MostPins - 1000).Select(i => new HistoryPin($"recovered-{i}", snapshot, default, false));
        var given = Enumerable.Range(0, 1000).Select(i => new HistoryPin(new string('n', 100), snapshot, default, false));
        var holds = Enumerable.Range(0, HistoryDocument.MostHolds).Select(i => new HistoryHold(snapshot, (ulong)i));
        var largest = new HistoryDocument([.. recovered, .. given], [.. holds], [new string('p', 250_000)]);

        largest.Encode().Length.ShouldBeLessThanOrEqualTo(HistoryDocument.MostBytes);
    }

    private static byte[] WithChecksum(string text) => Encoding.UTF8.GetBytes($"{text},\n  \"checksum\": \"{Crc32C.Of(Encoding.UTF8.GetBytes(text)):x8}\"\n}}\n");
}
