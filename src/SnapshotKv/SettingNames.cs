namespace SnapshotKv;

/// <summary>Settings, as a set.</summary>
[Flags]
internal enum SettingNames
{
    None = 0,
    Path = 1 << 0,
    MaxSnapshots = 1 << 1,
    SaveDebounce = 1 << 2,
    TtlCleanupInterval = 1 << 3,
    Compression = 1 << 4,
    Format = 1 << 5,
    MaxValueBytes = 1 << 6,
    MaxSnapshotBytes = 1 << 7,
    TimeProvider = 1 << 8,
    Durability = 1 << 9,
    FlushInterval = 1 << 10,
    Recovery = 1 << 11,
    MaxJournalBytes = 1 << 12,
    KeepHourly = 1 << 13,
    KeepDaily = 1 << 14,
    Mode = 1 << 15,
}
