using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>Rewrites values in the store's format: of a directory that is opened with another one than it was written in, or of a snapshot of that time that is restored.</summary>
internal sealed class TableConverter(KvFormat format, ValueConverter converter, ILogger logger)
{
    private const int MostKeysNamed = 10;

    /// <summary>Makes a table whose values all have the format.</summary>
    /// <param name="table">The entries.</param>
    /// <param name="source">The file or directory they come from, for messages.</param>
    /// <exception cref="KvSerializationException">Some values have no form in the format; the message names their keys.</exception>
    public RecordTable Convert(RecordTable table, string source)
    {
        var converted = Convert(table, refused => $"'{source}' cannot be opened with {nameof(SnapshotKvOptions.Format)} = {format}: {refused}. Nothing was changed; open the directory with its own format.");
        logger.SnapshotConverted(converted.Count, Path.GetFileName(source), format);
        return converted;
    }

    /// <summary>Makes a table, whose values all have the format, of what is to be restored.</summary>
    /// <param name="table">The entries.</param>
    /// <param name="snapshot">The snapshot that they come from.</param>
    /// <exception cref="KvSerializationException">Some values have no form in the format, or keys none in JSON; the message names their keys, or their number.</exception>
    public RecordTable ConvertRestored(RecordTable table, string snapshot) =>
        Convert(table, refused => $"The snapshot '{snapshot}' cannot be restored into a store whose {nameof(SnapshotKvOptions.Format)} is {format}: {refused}. Nothing was changed; leave these keys out by restoring by prefix.");

    private RecordTable Convert(RecordTable table, Func<string, string> describe)
    {
        var converted = new RecordTable();
        converted.Reserve(table.Count);
        var refused = new List<string>();
        var refusedCount = 0;
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var record in table.EnumerateRecords())
        {
            if (record.Format == format)
            {
                // A journal may go over from one format to the other.
                converted.Put(record);
                continue;
            }

            buffer.ResetWrittenCount();
            try
            {
                converter(record.Value, buffer);
                converted.Put(WithValue(record, buffer.WrittenSpan));
            }
            catch (KvSerializationException exception)
            {
                refusedCount++;
                if (refused.Count < MostKeysNamed)
                {
                    refused.Add($"'{Encoding.UTF8.GetString(record.Key)}' ({exception.Message})");
                }
            }
        }

        if (refusedCount > 0)
        {
            var others = refusedCount > refused.Count ? string.Create(CultureInfo.InvariantCulture, $" and {refusedCount - refused.Count} more") : string.Empty;
            throw new KvSerializationException(describe($"{refusedCount} of its values have no form in it: {string.Join(", ", refused)}{others}"));
        }

        return converted;
    }

    /// <summary>The record with its value in the format.</summary>
    /// <exception cref="KvSerializationException">The value has no form in it.</exception>
    public Record Convert(Record record)
    {
        if (record.Format == format)
        {
            return record;
        }

        var buffer = new ArrayBufferWriter<byte>();
        converter(record.Value, buffer);
        return WithValue(record, buffer.WrittenSpan);
    }

    private Record WithValue(Record record, ReadOnlySpan<byte> value)
    {
        var parts = new RecordParts
        {
            Key = record.Key,
            Value = value,
            Deadline = record.Deadline,
            Sequence = record.Sequence,
            SlidingWindow = record.SlidingWindow,
            Cap = record.Cap,
            BlobReference = record.BlobReference,
            Tags = record.Tags,
            Flags = (record.Flags & RecordFlags.OpaqueKey) | (format == KvFormat.Json ? RecordFlags.Json : RecordFlags.None),
        };
        return Record.Create(parts);
    }
}
