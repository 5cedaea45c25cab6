using System.Text;
using System.Text.Unicode;
using SnapshotKv.Blobs;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>Takes what a snapshot tells beside its entries while a parser comes upon it, and refuses what this library would not have written.</summary>
internal sealed class SnapshotExtrasBuilder
{
    private readonly List<SnapshotBlob> _blobs = [];
    private readonly Dictionary<string, string> _serializers = new(StringComparer.Ordinal);

    public void AddBlob(ReadOnlySpan<byte> id, ulong created, ulong retired, long offset)
    {
        if (!BlobId.TryParse(id, out var parsed))
        {
            throw new SnapshotDamageException("the id of a blob is not a UUID in lower-case characters", offset);
        }

        if (retired != 0 && retired < created)
        {
            throw new SnapshotDamageException($"the blob {parsed} was retired by commit {retired}, before {created} created it", offset);
        }

        _blobs.Add(new(parsed.Value, created, retired));
    }

    public void AddSerializer(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> name, long offset)
    {
        CheckText(prefix, "the prefix of a partition", offset);
        CheckText(name, "the name of a serializer", offset);
        if (!_serializers.TryAdd(Encoding.UTF8.GetString(prefix), Encoding.UTF8.GetString(name)))
        {
            throw new SnapshotDamageException("a partition has two serializers", offset);
        }
    }

    public SnapshotExtras Build() => new(_blobs, _serializers);

    private static void CheckText(ReadOnlySpan<byte> text, string what, long offset)
    {
        if (text.Length > KvKey.MaxBytes)
        {
            throw new SnapshotDamageException($"{what} has {text.Length} bytes, more than {KvKey.MaxBytes}", offset);
        }

        if (!Utf8.IsValid(text))
        {
            throw new SnapshotDamageException($"{what} is not UTF-8", offset);
        }
    }
}
