using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text.Unicode;

namespace SnapshotKv.Format;

/// <summary>An entry's tags as the record keeps them: each as u16 length (little-endian) and UTF-8 bytes, one after the other.</summary>
[SuppressMessage("Usage", "CA2208:Instantiate argument exceptions correctly", Justification = "The caller's parameter is called options; the message names its member.")]
internal static class TagList
{
    /// <summary>The longest tag in bytes of UTF-8.</summary>
    public const int LongestTag = 1024;

    /// <summary>How many tags an entry may have.</summary>
    public const int MostTags = 256;

    /// <summary>Encodes tags, a repeated one once.</summary>
    /// <param name="tags">The tags.</param>
    /// <param name="key">The key, for the message; null when there is none yet.</param>
    /// <exception cref="ArgumentException">A tag is null, empty, too long or has an unpaired surrogate; or there are too many.</exception>
    public static byte[] Encode(IReadOnlyCollection<string>? tags, string? key = null)
    {
        if (tags is null || tags.Count == 0)
        {
            return [];
        }

        try
        {
            return EncodeAll(tags);
        }
        catch (ArgumentException exception) when (key is not null)
        {
            throw new ArgumentException($"Key '{key}': {exception.Message}", exception);
        }
    }

    /// <summary>The bytes of one tag.</summary>
    /// <exception cref="ArgumentException">It is empty, too long or has an unpaired surrogate.</exception>
    public static byte[] EncodeOne(string tag)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        var bytes = new byte[Math.Min(tag.Length, LongestTag + 1) * 3];
        var length = ToUtf8(tag, bytes, nameof(tag));
        return bytes[..length];
    }

    public static Enumerator Enumerate(ReadOnlySpan<byte> tags) => new(tags);

    private static byte[] EncodeAll(IReadOnlyCollection<string> tags)
    {
        var distinct = new HashSet<string>(StringComparer.Ordinal);
        var encoded = new ArrayBufferWriter<byte>();
        foreach (var tag in tags)
        {
            if (distinct.Add(tag ?? throw new ArgumentException($"{nameof(KvEntryOptions.Tags)} must not hold null.", "options")))
            {
                Append(tag, encoded);
            }
        }

        return distinct.Count <= MostTags
            ? encoded.WrittenSpan.ToArray()
            : throw new ArgumentException($"{nameof(KvEntryOptions.Tags)} has {distinct.Count} tags; at most {MostTags} are allowed.", "options");
    }

    private static void Append(string tag, ArrayBufferWriter<byte> encoded)
    {
        if (tag.Length == 0)
        {
            throw new ArgumentException($"{nameof(KvEntryOptions.Tags)} must not hold an empty tag.", "options");
        }

        var span = encoded.GetSpan(sizeof(ushort) + (Math.Min(tag.Length, LongestTag + 1) * 3));
        var length = ToUtf8(tag, span[sizeof(ushort)..], "options");
        BinaryPrimitives.WriteUInt16LittleEndian(span, (ushort)length);
        encoded.Advance(sizeof(ushort) + length);
    }

    private static int ToUtf8(string tag, Span<byte> target, string parameter)
    {
        var status = Utf8.FromUtf16(tag, target, out _, out var length, replaceInvalidSequences: false);
        return status == OperationStatus.InvalidData || status == OperationStatus.NeedMoreData
            ? throw new ArgumentException("The tag has an unpaired surrogate, which UTF-8 cannot carry.", parameter)
            : status == OperationStatus.DestinationTooSmall || length > LongestTag
            ? throw new ArgumentException($"The tag that begins with '{tag.AsSpan(0, Math.Min(tag.Length, 32))}' takes more than {LongestTag} bytes of UTF-8.", parameter)
            : length;
    }

    /// <summary>Goes over encoded tags.</summary>
    internal ref struct Enumerator(ReadOnlySpan<byte> rest)
    {
        private ReadOnlySpan<byte> _rest = rest;

        public ReadOnlySpan<byte> Current { get; private set; }

        public readonly Enumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            var length = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
            Current = _rest.Slice(sizeof(ushort), length);
            _rest = _rest[(sizeof(ushort) + length)..];
            return true;
        }
    }
}
