using System.Globalization;
using System.Text;
using SnapshotKv.Serialization;

namespace SnapshotKv;

/// <summary>What each setting may be, in one place for the store and for the options' validation in a host.</summary>
internal static class SnapshotKvOptionsRules
{
    /// <summary>The longest time a timer takes.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private static readonly TimeSpan ShortestFlush = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan LongestFlush = TimeSpan.FromHours(1);

    private const long SmallestJournal = 1 << 20;

    /// <summary>Snapshots carry the names.</summary>
    private const int LongestSerializerName = 64;

    /// <summary>A name stands in each measurement.</summary>
    private const int LongestName = 64;

    /// <summary>The rule that <see cref="IsSerializerName"/> checks, in words.</summary>
    public static readonly string SerializerNameRule = $"must have a name of 1 to {LongestSerializerName} characters that is not one of the store's own";

    public static List<string> Check(SnapshotKvOptions options)
    {
        var errors = new List<string>();
        if (options.Path is not null && (string.IsNullOrWhiteSpace(options.Path) || options.Path.Contains('\0', StringComparison.Ordinal)))
        {
            Add(nameof(options.Path), "must name a directory, or be left out for a memory-only store", $"'{options.Path}'");
        }

        if (!Enum.IsDefined(options.Mode))
        {
            Add(nameof(options.Mode), "must be Owner or Follower", options.Mode);
        }
        else if (options is { Mode: KvStoreMode.Follower, Path: null })
        {
            Add(nameof(options.Mode), "can be Follower only with a Path, the directory that is to be followed", options.Mode);
        }

        if (options.MaxSnapshots < 1)
        {
            Add(nameof(options.MaxSnapshots), "must be at least 1", options.MaxSnapshots);
        }

        if (options.KeepHourly < 0)
        {
            Add(nameof(options.KeepHourly), "must be at least 0 (none)", options.KeepHourly);
        }

        if (options.KeepDaily < 0)
        {
            Add(nameof(options.KeepDaily), "must be at least 0 (none)", options.KeepDaily);
        }

        if (!IsDuration(options.SaveDebounce))
        {
            Add(nameof(options.SaveDebounce), $"must be from 0 (save after each commit) to {LongestTimer}, or infinite (-1 ms: only asked saves)", options.SaveDebounce);
        }

        if (!IsDuration(options.TtlCleanupInterval))
        {
            Add(nameof(options.TtlCleanupInterval), $"must be from 0 (never) to {LongestTimer}, or infinite (-1 ms: never)", options.TtlCleanupInterval);
        }

        if (!Enum.IsDefined(options.Compression))
        {
            Add(nameof(options.Compression), "must be None or Gzip", options.Compression);
        }

        if (!Enum.IsDefined(options.Format))
        {
            Add(nameof(options.Format), "must be MessagePack or Json", options.Format);
        }

        if (options.MaxValueBytes is < 1 or > SnapshotKvOptions.LargestMaxValueBytes)
        {
            Add(nameof(options.MaxValueBytes), $"must be from 1 to {SnapshotKvOptions.LargestMaxValueBytes} bytes; larger values belong in a blob", options.MaxValueBytes);
        }

        if (options.MaxSnapshotBytes < 1)
        {
            Add(nameof(options.MaxSnapshotBytes), "must be at least 1 byte", options.MaxSnapshotBytes);
        }

        if (!Enum.IsDefined(options.Durability))
        {
            Add(nameof(options.Durability), "must be Snapshot, Process or Disk", options.Durability);
        }

        if (options.FlushInterval < ShortestFlush || options.FlushInterval > LongestFlush)
        {
            Add(nameof(options.FlushInterval), $"must be from {ShortestFlush} to {LongestFlush}", options.FlushInterval);
        }

        if (!Enum.IsDefined(options.Recovery))
        {
            Add(nameof(options.Recovery), "must be LastGood or Strict", options.Recovery);
        }

        if (options.MaxJournalBytes < SmallestJournal)
        {
            Add(nameof(options.MaxJournalBytes), $"must be at least {SmallestJournal} bytes", options.MaxJournalBytes);
        }

        if (options.Serializer is { } serializer && !IsSerializerName(serializer.Name))
        {
            Add(nameof(options.Serializer), SerializerNameRule, serializer.Name is null ? "null" : $"'{serializer.Name}'");
        }

        if (options.Name is { } name && !IsName(name))
        {
            Add(nameof(options.Name), $"must have 1 to {LongestName} printable characters, or be left out for '{SnapshotKvOptions.DefaultName}'", $"'{name}'");
        }

        if (options.TimeProvider is null)
        {
            Add(nameof(options.TimeProvider), "must not be null", "null");
        }

        return errors;

        void Add(string setting, string rule, object value) =>
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"{setting} {rule}; it is {value}."));
    }

    public static bool IsSerializerName(string? name) =>
        name is { Length: >= 1 and <= LongestSerializerName } and not (MessagePackKvSerializer.NameInFiles or JsonKvSerializer.NameInFiles);

    /// <summary>Whether each character can be shown; those that cannot would break a line of a report, or hide in it.</summary>
    private static bool IsName(string name)
    {
        if (name.Length is 0 or > LongestName || string.IsNullOrWhiteSpace(name))
        {
            return false;
        }

        foreach (var rune in name.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune) is
                UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsDuration(TimeSpan value) =>
        value == Timeout.InfiniteTimeSpan || (value >= TimeSpan.Zero && value <= LongestTimer);
}
