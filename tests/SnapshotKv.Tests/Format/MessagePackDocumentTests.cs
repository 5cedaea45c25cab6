using System.Buffers;
using SnapshotKv.Format;

namespace SnapshotKv.Tests.Format;

public sealed class MessagePackDocumentTests
{
    private const string Ttl = "ac5f74746c5f65787069726573";
    private const string Blob = "a95f626c6f625f726566";

    [Theory]
    [InlineData("c0", "c0", 0, "")]
    [InlineData("80", "80", 0, "")]
    [InlineData($"81{Ttl}d30000000000000005", "80", 5, "")]
    [InlineData($"82a17807{Ttl}cb4014000000000000", "81a17807", 5, "")]
    [InlineData($"81{Ttl}cb7ff8000000000000", "80", long.MinValue, "")]
    [InlineData($"81{Ttl}cb7ff0000000000000", "80", long.MinValue, "")]
    [InlineData($"81{Ttl}cf0000000000000005", "80", 0, "")]
    [InlineData($"81{Ttl}05", "80", 0, "")]
    [InlineData($"81{Ttl}d200000005", "80", 0, "")]
    [InlineData($"81{Ttl}ca40a00000", "80", 0, "")]
    [InlineData($"81{Ttl}a135", "80", 0, "")]
    [InlineData($"82{Ttl}05{Ttl}d30000000000000005", "80", 5, "")]
    [InlineData($"82{Ttl}d30000000000000005{Ttl}05", "80", 0, "")]
    [InlineData($"82{Blob}a162a178c3", "81a178c3", 0, "b")]
    [InlineData($"81{Blob}11", $"81{Blob}11", 0, "")]
    [InlineData($"81{Blob}c40162", $"81{Blob}c40162", 0, "")]
    [InlineData($"82{Blob}a162{Blob}11", $"82{Blob}a162{Blob}11", 0, "")]
    [InlineData($"82{Blob}11{Blob}a162", "80", 0, "b")]
    [InlineData("81c4017807", "81a17807", 0, "")]
    [InlineData("81c007", "81a007", 0, "")]
    [InlineData("81a178d6ff00000001", "81a178d6ff00000001", 0, "")]
    [InlineData("81a17881c4017907", "81a17881c4017907", 0, "")]
    public void Migrate_Document_TakesReservedKeysOutAndKeepsTheRest(string document, string value, long deadline, string blob)
    {
        var fields = default(EntryFields);
        MessagePackDocument.Migrate(Convert.FromHexString(document), new ArrayBufferWriter<byte>(), ref fields);

        Convert.ToHexStringLower(fields.Value).ShouldBe(value);
        fields.Deadline.ShouldBe(deadline);
        System.Text.Encoding.UTF8.GetString(fields.BlobReference).ShouldBe(blob);
    }
}
