using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using SnapshotKv.Engine;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv;

/// <summary>Makes records of what callers give, and refuses what cannot be kept: keys and values that are too long, lives that are none.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class RecordBuilder(SnapshotKvOptions settings, KvClock clock, KvEntryOptions defaults)
{
    private readonly byte[] _defaultTags = TagList.Encode(defaults.Tags);
    private readonly bool _hasDefaultLife = defaults.HasLife;

    public KvFormat Format => settings.Format;

    public KvEntryOptions Defaults => defaults;

    /// <summary>The same with a clock that stands at an instant, in Unix nanoseconds.</summary>
    public RecordBuilder StandingAt(long now) => new(settings, new KvClock(new StandingClock(now)), defaults);

    /// <summary>The options whose life counts: those given, or the partition's defaults.</summary>
    public KvEntryOptions LifeOf(in KvEntryOptions options) => options.HasLife ? options : defaults;

    /// <summary>Makes a record whose value the caller writes.</summary>
    public Record Allocate(string key, scoped in KvKey utf8, int valueLength, scoped in KvEntryOptions options, out Span<byte> value) =>
        Allocate(key, utf8, valueLength, options, blobReference: [], out value);

    /// <summary>Makes a record whose value the caller writes.</summary>
    public Record Allocate(
        string key,
        scoped in KvKey utf8,
        int valueLength,
        scoped in KvEntryOptions options,
        byte[] blobReference,
        out Span<byte> value)
    {
        utf8.CheckLength(key);
        CheckSize(key, valueLength);
        var life = options.HasLife ? EntryLife.From(options, clock, key)
            : _hasDefaultLife ? EntryLife.From(defaults, clock)
            : default;
        var parts = new RecordParts
        {
            Key = utf8.Bytes,
            Deadline = life.Deadline,
            SlidingWindow = life.SlidingWindow,
            Cap = life.Cap,
            BlobReference = blobReference,
            Tags = options.Tags is null ? _defaultTags : TagList.Encode(options.Tags, key),
            Flags = Format == KvFormat.Json ? RecordFlags.Json : RecordFlags.None,
        };
        return Record.Allocate(parts, valueLength, out value);
    }

    /// <summary>Makes what a batch asks for a key.</summary>
    public TableChange Build(KvKeyPrefix prefix, string key, in KvBatch.Change change)
    {
        Unsafe.SkipInit(out KvKey.Buffer buffer);
        var utf8 = new KvKey(prefix, key, ref buffer);
        var built = Build(key, utf8, change);
        utf8.Return();
        return built;
    }

    /// <summary>The bytes of a key.</summary>
    public static byte[] KeyBytes(KvKeyPrefix prefix, string key)
    {
        Unsafe.SkipInit(out KvKey.Buffer buffer);
        var utf8 = new KvKey(prefix, key, ref buffer);
        var bytes = utf8.Bytes.ToArray();
        utf8.Return();
        return bytes;
    }

    [SuppressMessage("Usage", "CA2208:Instantiate argument exceptions correctly", Justification = "The caller's parameter is called value.")]
    public void CheckSize(string key, long length)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (length > settings.MaxValueBytes)
        {
            throw new ArgumentOutOfRangeException(
                "value",
                length,
                $"The value of key '{key}' takes {length} bytes encoded; {nameof(SnapshotKvOptions.MaxValueBytes)} allows {settings.MaxValueBytes}. Raise it, or keep what is large in a blob.");
        }
    }

    private TableChange Build(string key, scoped in KvKey utf8, in KvBatch.Change change)
    {
        if (change.Kind == KvBatch.ChangeKind.Remove)
        {
            return new(utf8.Bytes.ToArray());
        }

        if (change.Kind == KvBatch.ChangeKind.Bytes)
        {
            var bytes = Allocate(key, utf8, ByteValue.EncodedLength(Format, change.Value.Length), change.Options, out var bytesTarget);
            ByteValue.Encode(Format, change.Value, bytesTarget);
            return new(bytes);
        }

        if (change.Kind != KvBatch.ChangeKind.UpdateBlob)
        {
            EncodedValue.Check(key, Format, change.Value);
        }

        var record = Allocate(key, utf8, change.Value.Length, change.Options, change.BlobReference ?? [], out var target);
        change.Value.CopyTo(target);
        return new(record, change.Kind switch
        {
            KvBatch.ChangeKind.Update => RecordUpdate.Value,
            KvBatch.ChangeKind.UpdateBlob => RecordUpdate.Blob,
            _ => RecordUpdate.All,
        });
    }
}
