using System.Text;
using SnapshotKv.Format;

namespace SnapshotKv.Engine;

/// <summary>Tells of a record what a caller may know.</summary>
internal static class EntryInfo
{
    public static KvEntryInfo Of(Record record, long version)
    {
        var window = record.SlidingWindow;
        return new KvEntryInfo
        {
            Version = version,
            ExpiresAt = record.Deadline is not 0 and var deadline ? KvClock.ToDateTimeOffset(deadline) : null,
            SlidingExpiration = window == 0 ? null : TimeSpan.FromTicks(window / KvClock.NanosecondsPerTick),
            Tags = Tags(record),
            HasBlob = (record.Flags & RecordFlags.Blob) != 0,
            ValueBytes = record.ValueLength,
        };
    }

    private static List<string> Tags(Record record)
    {
        var tags = new List<string>();
        foreach (var tag in TagList.Enumerate(record.Tags))
        {
            tags.Add(Encoding.UTF8.GetString(tag));
        }

        return tags;
    }
}
