using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace SnapshotKv.Format;

/// <summary>Writes Go's JSON snapshot, version 2 as v0.3.0 means it, with our fields beside Go's.</summary>
/// <remarks>
/// One line without blanks, as Go writes it; records must come sorted by key bytes:
/// <code>
/// {"version":2,"created_at":"2026-11-22T11:13:39.4793107+05:30","sequence":17,"entries":1,"reason":"timer","data":{
///   "key":{"value":"NDI=","expires_at":0,"blob_ref":""[,"sliding_window":n][,"absolute_cap":n][,"tags":["a","b"]]},…
/// }[,"blobs":[["id",created,retired],…]][,"serializers":{"prefix":"name",…}],"checksum":n}
/// </code>
/// <c>value</c> is padded base64 of the value's own JSON text. The checksum is CRC-32C of all bytes before the quote that opens its name.
/// </remarks>
internal sealed class JsonSnapshotEncoder : SnapshotEncoder
{
    public static readonly JsonSnapshotEncoder Instance = new();

    // Names, punctuation and numbers of an entry together are below this.
    private const int LargestOverhead = 256;

    private JsonSnapshotEncoder()
    {
    }

    public override byte[] GetPrologue(in SnapshotContents contents, int count) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"version":2,"created_at":"{{FormatInstant(contents.CreatedAt)}}","sequence":{{contents.Sequence}},"entries":{{count}},"reason":"{{SaveReasonText.ToText(contents.Reason)}}","data":{"""));

    public override long GetLargestSize(Record record) =>
        (((long)record.Key.Length + record.BlobReference.Length + record.Tags.Length) * JsonText.LargestExpansion)
        + (((long)record.ValueLength + 2) / 3 * 4)
        + (2L * record.Tags.Length)
        + LargestOverhead;

    public override int WriteEntry(Record record, bool isFirst, Span<byte> destination)
    {
        var rest = destination;
        if (!isFirst)
        {
            Put(ref rest, ","u8);
        }

        PutString(ref rest, record.Key);
        Put(ref rest, ":{\"value\":\""u8);
        _ = Base64.EncodeToUtf8(record.Value, rest, out _, out var written);
        rest = rest[written..];
        Put(ref rest, "\",\"expires_at\":"u8);
        PutInt64(ref rest, record.Deadline);
        Put(ref rest, ",\"blob_ref\":"u8);
        PutString(ref rest, record.BlobReference);
        PutExtras(ref rest, record);
        Put(ref rest, "}"u8);
        return destination.Length - rest.Length;
    }

    public override byte[] GetClosing(in SnapshotContents contents)
    {
        var text = new StringBuilder("},");
        if (contents.Extras is { Blobs.Count: > 0 } withBlobs)
        {
            text.Append("\"blobs\":");
            var separator = '[';
            foreach (var blob in withBlobs.Blobs)
            {
                text.Append(CultureInfo.InvariantCulture, $"{separator}[\"{blob.Id:D}\",{blob.Created},{blob.Retired}]");
                separator = ',';
            }

            text.Append("],");
        }

        if (contents.Extras is { Serializers.Count: > 0 } withSerializers)
        {
            text.Append("\"serializers\":");
            var separator = '{';
            foreach (var (prefix, name) in withSerializers.Serializers.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                text.Append(separator).Append(Quote(prefix)).Append(':').Append(Quote(name));
                separator = ',';
            }

            text.Append("},");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public override byte[] GetChecksumField(uint checksum) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""
            "checksum":{{checksum}}}
            """));

    /// <summary>RFC 3339 as Go prints it: trailing zeros of the fraction dropped, Z for UTC.</summary>
    private static string FormatInstant(DateTimeOffset value) =>
        value.ToString(value.Offset == TimeSpan.Zero ? "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'" : "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture);

    private static string Quote(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var escaped = new byte[utf8.Length * JsonText.LargestExpansion];
        return $"\"{Encoding.UTF8.GetString(escaped.AsSpan(0, JsonText.Escape(utf8, escaped)))}\"";
    }

    private static void PutExtras(ref Span<byte> rest, Record record)
    {
        if ((record.Flags & RecordFlags.Sliding) != 0)
        {
            Put(ref rest, ",\"sliding_window\":"u8);
            PutInt64(ref rest, record.SlidingWindow);
        }

        if ((record.Flags & RecordFlags.Cap) != 0)
        {
            Put(ref rest, ",\"absolute_cap\":"u8);
            PutInt64(ref rest, record.Cap);
        }

        if ((record.Flags & RecordFlags.Tags) != 0)
        {
            var separator = ",\"tags\":["u8;
            for (var tags = record.Tags; !tags.IsEmpty;)
            {
                var length = MemoryMarshal.Read<ushort>(tags);
                Put(ref rest, separator);
                PutString(ref rest, tags.Slice(sizeof(ushort), length));
                tags = tags[(sizeof(ushort) + length)..];
                separator = ","u8;
            }

            Put(ref rest, "]"u8);
        }
    }

    private static void PutString(ref Span<byte> rest, scoped ReadOnlySpan<byte> utf8)
    {
        Put(ref rest, "\""u8);
        rest = rest[JsonText.Escape(utf8, rest)..];
        Put(ref rest, "\""u8);
    }

    private static void PutInt64(ref Span<byte> rest, long value)
    {
        _ = Utf8Formatter.TryFormat(value, rest, out var written);
        rest = rest[written..];
    }

    private static void Put(ref Span<byte> rest, scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }
}
